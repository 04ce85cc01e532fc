#include "Service.h"

#include "support/ProcessStatus.h"
#include "support/RawConnection.h"

#include <stdexcept>
#include <utility>

namespace kubecred::bench {
namespace {

const std::string token = "of-the-benchmark";

test::DaemonOptions measured(test::DaemonOptions options) {
    options.output = "/dev/null";
    options.environment["HEALTH_TOKEN"] = token;
    return options;
}

void require(bool holds, const std::string& what) {
    if (!holds)
        throw std::runtime_error("the figure is refused: " + what);
}

} // namespace

Service::Service(const test::DaemonOptions& options, long rows, std::function<long()> count)
    : daemon_(measured(options)), rows_(rows), count_(std::move(count)) {
    daemon_.waitForStatus("healthy");
}

Run Service::issue(int connections, int seconds) {
    const long before = count_();
    const auto counted = measure("issue", connections, seconds);
    require(counted.refused == 0 && counted.lost == 0, "some issuances failed");
    // What was on its way in the end was recorded, but nobody counted it.
    const long recorded = count_() - before;
    require(recorded >= counted.answered && recorded <= counted.answered + connections,
            "not every issuance is in the table");
    return counted.run;
}

Run Service::duplicate(int connections, int seconds) {
    const auto counted = measure("duplicate", connections, seconds);
    require(counted.answered == 0 && counted.lost == 0, "some duplicates were issued");
    return counted.run;
}

Run Service::verify(int connections, int seconds) {
    const long before = figure("kubecred_credentials_verified_total");
    const auto counted = measure("verify", connections, seconds);
    require(counted.refused == 0 && counted.lost == 0, "some verifications failed");
    require(figure("kubecred_credentials_verified_total") - before >= counted.answered,
            "not every verification was of a genuine credential");
    return counted.run;
}

// As the service itself counts.
long Service::figure(const std::string& metric) const {
    const auto answer =
        test::request(daemon_.port(), "GET", "/metrics", {}, {"Authorization: Bearer " + token});
    const auto line = answer.body.find("\n" + metric + " ");
    require(answer.status == 200 && line != std::string::npos, "no " + metric);
    return static_cast<long>(std::stod(answer.body.substr(line + metric.size() + 2)));
}

Run Service::mix(int connections, int seconds) { return accepted("mix", connections, seconds); }

Run Service::health(int connections, int seconds) { return accepted("get", connections, seconds); }

Run Service::accepted(const std::string& mode, int connections, int seconds) {
    const auto counted = measure(mode, connections, seconds);
    require(counted.refused == 0 && counted.lost == 0, "some requests failed");
    return counted.run;
}

Counted Service::measure(const std::string& mode, int connections, int seconds) {
    const auto process = daemon_.process().id();
    test::forgetPeak(process);
    const double cpu = test::cpuSeconds(process);
    auto counted = runWrk(
        "http://127.0.0.1:" + std::to_string(daemon_.port()) + "/health", connections, seconds,
        {mode, "Run " + std::to_string(++runs_) + " of " + std::to_string(process) + " ",
         std::to_string(rows_)});
    const auto requests = static_cast<double>(counted.answered + counted.refused);
    counted.run.cpuMicroseconds = (test::cpuSeconds(process) - cpu) * 1e6 / requests;
    counted.run.peakMegabytes = static_cast<double>(test::peakKilobytes(process)) / 1024;
    return counted;
}

void load(const std::map<std::string, std::string>& properties, test::PostgresServer& server,
          const std::string& database, long rows) {
    if (test::runProgram(properties, {"--migrate"}).status != 0)
        throw std::runtime_error("--migrate failed");
    server.query(
        database,
        "INSERT INTO credentials (id, name, email, credential_type, metadata, issued_by) "
        "SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, "
        "'Person ' || lpad(n::text, 12, '0'), 'bench@example.org', 'degree', '{}', 'bench' "
        "FROM generate_series(1, " +
            std::to_string(rows) + ") AS n");
    server.query(database, "VACUUM ANALYZE credentials");
    server.query(database, "CHECKPOINT");
}

} // namespace kubecred::bench
