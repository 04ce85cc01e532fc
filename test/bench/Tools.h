#pragma once

#include "Run.h"
#include "support/Process.h"
#include "support/TemporaryDirectory.h"

#include <memory>
#include <string>
#include <vector>

namespace kubecred::bench {

/// What wrk counted.
struct Counted {
    Run run;
    long answered = 0; ///< with a status below 400
    long refused = 0;
    long lost = 0; ///< connections that broke, and answers that did not come
};

/// One run of wrk; `arguments` as requests.lua wants them.
Counted runWrk(const std::string& url, int connections, int seconds,
               const std::vector<std::string>& arguments);

/// One run of pgbench with prepared statements over its own connections.
Run runPgbench(int port, const std::string& database, const std::string& script, int clients,
               int seconds);

/// nginx with one worker, which answers everything with this text.
class Nginx {
public:
    explicit Nginx(const std::string& text);
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

private:
    const test::TemporaryDirectory directory_;
    const int port_ = test::freePort();
    std::unique_ptr<test::Process> process_;
};

} // namespace kubecred::bench
