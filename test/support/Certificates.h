#pragma once

#include "TemporaryDirectory.h"

#include <string>
#include <vector>

namespace kubecred::test {

/// An authority of the test's own, and a server's certificate by it.
class Certificates {
public:
    /// `name`: what the certificate is for, such as `DNS:localhost`.
    explicit Certificates(const std::string& name);

    std::string authority() const { return file("ca.pem"); }
    std::string certificate() const { return file("server.pem"); }

    /// Its private key; belongs to the user that a PostgresServer runs as.
    std::string key() const { return file("server.key"); }

    /// Certificate and key in one file, as HAProxy wants them.
    std::string both() const { return file("both.pem"); }

private:
    std::string file(const std::string& name) const { return (directory_.path() / name).string(); }
    void make(const std::string& name, const std::vector<std::string>& more) const;

    TemporaryDirectory directory_;
};

} // namespace kubecred::test
