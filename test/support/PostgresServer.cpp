#include "PostgresServer.h"

#include <libpq-fe.h>

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

namespace kubecred::test {
namespace {

namespace fs = std::filesystem;

fs::path binaries() {
    fs::path newest;
    for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql"))
        if (fs::exists(entry.path() / "bin" / "initdb") && entry.path() > newest)
            newest = entry.path();
    if (newest.empty())
        throw std::runtime_error("PostgreSQL is not installed");
    return newest / "bin";
}

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;

// Logins that are about to be refused take places as well, for a moment also the superuser's.
Connection connect(const std::string& target) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    for (;;) {
        Connection connection(PQconnectdb(target.c_str()), &PQfinish);
        const std::string_view message = PQerrorMessage(connection.get());
        if (message.find("too many clients") == std::string_view::npos ||
            std::chrono::steady_clock::now() >= deadline)
            return connection;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

} // namespace

PostgresServer::PostgresServer(PostgresOptions options)
    : data_(options.data.empty() ? directory_.path() / "data" : std::move(options.data)),
      settings_(std::move(options.settings)),
      user_(geteuid() == 0 ? "postgres" : ""),
      port_(freePort()) {
    fs::permissions(directory_.path(), fs::perms::all);
    makeData(options.primaryPort);
    start();
}

PostgresServer::~PostgresServer() {
    thaw();
    stop();
}

void PostgresServer::makeData(int primaryPort) const {
    if (primaryPort == 0)
        run({"cp", "-a", emptyData().string(), data_.string()});
    else
        run({binary("pg_basebackup"), "-D", data_.string(), "-d",
             "host=127.0.0.1 user=postgres application_name=standby port=" +
                 std::to_string(primaryPort),
             "-X", "stream", "-R", "-C", "-S", "standby", "-c", "fast", "--no-sync"});
}

// Made once, since a copy of it is made much sooner.
std::filesystem::path PostgresServer::emptyData() const {
    static const TemporaryDirectory directory;
    static const fs::path data = [this] {
        fs::permissions(directory.path(), fs::perms::all);
        auto made = directory.path() / "data";
        run({binary("initdb"), "-D", made.string(), "-U", "postgres", "--auth=trust", "--no-sync",
             "-E", "UTF8", "--locale=C.UTF-8"});
        return made;
    }();
    return data;
}

void PostgresServer::run(const std::vector<std::string>& command) const {
    Process::Options options;
    options.user = user_;
    options.directory = directory_.path();
    const auto ended = runToEnd(command, options, std::chrono::seconds(60));
    if (ended.status != 0)
        throw std::runtime_error(command.front() + " failed: " + ended.errors);
}

std::string PostgresServer::binary(const std::string& name) const {
    return (binaries() / name).string();
}

std::string PostgresServer::log() const { return readFile(directory_.path() / "log"); }

void PostgresServer::start() {
    Process::Options options;
    options.user = user_;
    options.directory = directory_.path();
    options.output = options.errors = directory_.path() / "log";
    std::vector<std::string> command{binary("postgres"),
                                     "-D",
                                     data_.string(),
                                     "-p",
                                     std::to_string(port_),
                                     "-c",
                                     "listen_addresses=127.0.0.1",
                                     "-c",
                                     "unix_socket_directories="};
    for (const auto& setting : settings_)
        command.insert(command.end(), {"-c", setting});
    server_ = std::make_unique<Process>(command, options);
    for (int attempt = 0; attempt < 1500; ++attempt) {
        if (answers())
            return;
        if (!server_->running())
            break;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    throw std::runtime_error("PostgreSQL did not start: " + log());
}

bool PostgresServer::answers() const {
    const std::string target =
        "host=127.0.0.1 user=postgres dbname=postgres connect_timeout=2 port=" +
        std::to_string(port_);
    return PQping(target.c_str()) == PQPING_OK;
}

void PostgresServer::stop() {
    if (!server_)
        return;
    server_->signal(SIGINT);
    if (!server_->wait(std::chrono::seconds(20)))
        throw std::runtime_error("PostgreSQL did not stop");
    server_.reset();
}

void PostgresServer::kill() {
    server_->signal(SIGKILL);
    server_->wait();
    server_.reset();
}

void PostgresServer::freeze() { signalAll(SIGSTOP); }

void PostgresServer::thaw() { signalAll(SIGCONT); }

void PostgresServer::signalAll(int number) const {
    if (!server_)
        return;
    server_->signal(number); // first: one that is stopped has no more children
    const std::string id = std::to_string(server_->id());
    std::ifstream children("/proc/" + id + "/task/" + id + "/children");
    for (pid_t child = 0; children >> child;)
        ::kill(child, number);
}

std::unique_ptr<PostgresServer> PostgresServer::addStandby() {
    auto standby = std::make_unique<PostgresServer>(
        PostgresOptions{.primaryPort = port_, .settings = settings_});
    query("postgres", "ALTER SYSTEM SET synchronous_standby_names = 'standby'");
    query("postgres", "SELECT pg_reload_conf()");
    for (int attempt = 0; attempt < 1500; ++attempt) {
        if (query("postgres", "SELECT sync_state FROM pg_stat_replication") == "sync\n")
            return standby;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    throw std::runtime_error("the standby does not follow");
}

void PostgresServer::promote() { query("postgres", "SELECT pg_promote()"); }

std::string PostgresServer::createDatabase() {
    const std::string name = "test_" + std::to_string(++databases_);
    query("postgres", "CREATE DATABASE " + name);
    return name;
}

std::string PostgresServer::query(const std::string& database, const std::string& sql) const {
    const std::string target =
        "host=127.0.0.1 user=postgres port=" + std::to_string(port_) + " dbname=" + database;
    const Connection connection = connect(target);
    PQsetNoticeProcessor(
        connection.get(), [](void*, const char*) {}, nullptr);
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(
        PQexec(connection.get(), sql.c_str()), &PQclear);
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        throw std::runtime_error(sql + ": " + PQerrorMessage(connection.get()));
    std::string text;
    for (int row = 0; row < PQntuples(result.get()); ++row) {
        for (int column = 0; column < PQnfields(result.get()); ++column)
            text.append(column > 0 ? "|" : "").append(PQgetvalue(result.get(), row, column));
        text += "\n";
    }
    return text;
}

} // namespace kubecred::test
