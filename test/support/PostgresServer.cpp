#include "PostgresServer.h"

#include <libpq-fe.h>

#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>
#include <thread>

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

} // namespace

PostgresServer::PostgresServer() : user_(geteuid() == 0 ? "postgres" : ""), port_(freePort()) {
    fs::permissions(directory_.path(), fs::perms::all);
    Process::Options options;
    options.user = user_;
    options.directory = directory_.path();
    const auto made =
        runToEnd({binary("initdb"), "-D", (directory_.path() / "data").string(), "-U", "postgres",
                  "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"},
                 options, std::chrono::seconds(60));
    if (made.status != 0)
        throw std::runtime_error("initdb failed: " + made.errors);
    start();
}

PostgresServer::~PostgresServer() {
    thaw();
    stop();
}

std::string PostgresServer::binary(const std::string& name) const {
    return (binaries() / name).string();
}

void PostgresServer::start() {
    Process::Options options;
    options.user = user_;
    options.directory = directory_.path();
    options.output = options.errors = directory_.path() / "log";
    server_ = std::make_unique<Process>(
        std::vector<std::string>{binary("postgres"), "-D", (directory_.path() / "data").string(),
                                 "-p", std::to_string(port_), "-c", "listen_addresses=127.0.0.1",
                                 "-c", "unix_socket_directories=", "-c", "max_connections=60", "-c",
                                 "max_wal_size=64MB"},
        options);
    for (int attempt = 0; attempt < 1500; ++attempt) {
        if (answers())
            return;
        if (!server_->running())
            break;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    throw std::runtime_error("PostgreSQL did not start: " + readFile(directory_.path() / "log"));
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
    const std::string id = std::to_string(server_->id());
    std::ifstream children("/proc/" + id + "/task/" + id + "/children");
    for (pid_t child = 0; children >> child;)
        ::kill(child, number);
    server_->signal(number);
}

std::string PostgresServer::createDatabase() {
    const std::string name = "test_" + std::to_string(++databases_);
    query("postgres", "CREATE DATABASE " + name);
    return name;
}

std::string PostgresServer::query(const std::string& database, const std::string& sql) const {
    const std::string target =
        "host=127.0.0.1 user=postgres port=" + std::to_string(port_) + " dbname=" + database;
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(target.c_str()),
                                                                  &PQfinish);
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
