#include "Topology.h"

#include <signal.h>

#include <chrono>
#include <stdexcept>
#include <thread>

namespace kubecred::test {
namespace {

const std::string configurations = KUBECRED_SOURCE_DIR "/config/";

PostgresOptions withTls(const Certificates& certificates) {
    return {.settings = {"ssl=on", "ssl_cert_file=" + certificates.certificate(),
                         "ssl_key_file=" + certificates.key()}};
}

} // namespace

Topology::Topology() : primary_(withTls(certificates_)) {
    standby_ = primary_.addStandby();
    migrate();
    for (const int port : {freePort(), freePort()})
        startService("issuance", port, primary_.port());
    for (const int port : {freePort(), freePort()})
        startService("verification", port, standby_->port());
    startBalancer();
}

Topology::~Topology() {
    if (balancer_)
        balancer_->signal(SIGKILL); // it would wait for connections that are kept
}

void Topology::migrate() const {
    auto environment = databaseEnvironment("postgres", primary_.port());
    environment["ISSUANCE_DB_USERNAME"] = environment["ISSUANCE_DB_PASSWORD"] = "issuance";
    environment["VERIFICATION_DB_USERNAME"] = environment["VERIFICATION_DB_PASSWORD"] =
        "verification";
    const auto migrated = runToEnd(
        {KUBECRED_BINARY, "--config=" + configurations + "issuance.properties", "--migrate"},
        {environment});
    if (migrated.status != 0)
        throw std::runtime_error("--migrate failed: " + migrated.errors);
    primary_.query(database_,
                   "INSERT INTO credentials (id, name, email, credential_type, issued_by) SELECT "
                   "('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'Person ' || n, "
                   "'person' || n || '@example.org', 'degree', 'test' FROM generate_series(1, " +
                       std::to_string(rows) + ") AS n");
}

std::map<std::string, std::string> Topology::databaseEnvironment(const std::string& user,
                                                                 int port) const {
    return {{"RDS_CLUSTER_HOST", "localhost"},
            {"DB_PORT", std::to_string(port)},
            {"DB_NAME", database_},
            {"DB_SSLMODE", "verify-full"},
            {"DB_SSLROOTCERT", certificates_.authority()},
            {"RDS_CLUSTER_USERNAME", user},
            {"RDS_CLUSTER_PASSWORD", user}};
}

void Topology::startService(const std::string& name, int port, int databasePort) {
    auto environment = databaseEnvironment(name, databasePort);
    environment["CROSS_CHECK_KEY"] = "between-the-services-of-this-topology";
    environment["HEALTH_TOKEN"] = healthToken;
    std::map<std::string, std::string> properties{{"http.port", std::to_string(port)},
                                                  {"http.trustedProxies", "127.0.0.1"},
                                                  {"shutdown.graceSeconds", "5"}};
    if (name == "issuance") {
        environment["API_KEYS"] = issuer_.entry;
        properties["issuance.auth"] = "keys";
    } else {
        properties["verification.crossCheck"] =
            "http://127.0.0.1:" + std::to_string(services_.front()->port());
    }
    services_.push_back(std::make_unique<Daemon>(
        DaemonOptions{.properties = properties,
                      .environment = environment,
                      .configuration = configurations + name + ".properties"}));
    services_.back()->waitForStatus("healthy");
}

void Topology::startBalancer() {
    const auto place = [this](std::size_t service) {
        return "127.0.0.1:" + std::to_string(services_.at(service)->port());
    };
    Process::Options options;
    options.environment = {{"HTTP_PORT", std::to_string(httpPort_)},
                           {"HTTPS_PORT", std::to_string(httpsPort_)},
                           {"REDIRECT_PORT", std::to_string(redirectPort_)},
                           {"CERTIFICATE", certificates_.both()},
                           {"ISSUANCE_1", place(0)},
                           {"ISSUANCE_2", place(1)},
                           {"VERIFICATION_1", place(2)},
                           {"VERIFICATION_2", place(3)}};
    options.output = options.errors = directory_.path() / "log";
    balancer_ = std::make_unique<Process>(
        std::vector<std::string>{"haproxy", "-db", "-f", configurations + "haproxy.cfg", "-f",
                                 KUBECRED_SOURCE_DIR "/test/deployment/tls.cfg"},
        options);
    waitUntilBalanced();
}

void Topology::waitUntilBalanced() const {
    std::this_thread::sleep_for(std::chrono::seconds(3)); // two checks, a second apart
    for (const std::string path : {"/issuance/health", "/verification/health"})
        if (curl(path).find("healthy") == std::string::npos)
            throw std::runtime_error("no way through the load balancer: " +
                                     readFile(directory_.path() / "log"));
}

std::string Topology::curl(const std::string& path, const std::vector<std::string>& more) const {
    std::vector<std::string> command{"curl",
                                     "-sS",
                                     "--noproxy",
                                     "*",
                                     "--cacert",
                                     certificates_.authority(),
                                     "-w",
                                     "\n%{http_code}",
                                     path.starts_with('/') ? url() + path : path};
    command.insert(command.end(), more.begin(), more.end());
    const auto ended = runToEnd(command);
    return ended.output + ended.errors;
}

} // namespace kubecred::test
