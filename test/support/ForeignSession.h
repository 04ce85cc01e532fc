#pragma once

#include <libpq-fe.h>

#include <memory>
#include <string>

namespace kubecred::test {

/// Somebody else's connection to a database, with a transaction of its own where it begins one.
class ForeignSession {
public:
    /// Throws std::runtime_error where the server does not let it in.
    ForeignSession(int port, const std::string& database, const std::string& user = "postgres");

    void run(const std::string& sql);

private:
    std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

} // namespace kubecred::test
