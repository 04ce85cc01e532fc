// Measures the service beside what it stands on, in turns, and prints what it found.
// See scripts/bench.sh.

#include "Report.h"
#include "Service.h"
#include "support/ControlGroup.h"

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/Session.h>

#include <functional>
#include <iostream>
#include <regex>
#include <stdexcept>
#include <utility>

namespace {

using namespace kubecred;
using bench::Run;
using bench::Service;

struct Plan {
    long rows = 100000;
    int rounds = 5;
    int seconds = 3;
    std::string only; // a pattern of names; everything where it is empty
    std::string json;
};

Plan planOf(int argc, char** argv) {
    Plan plan;
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        const auto value = argument.substr(argument.find('=') + 1);
        if (argument.starts_with("--rows="))
            plan.rows = std::stol(value);
        else if (argument.starts_with("--rounds="))
            plan.rounds = std::stoi(value);
        else if (argument.starts_with("--seconds="))
            plan.seconds = std::stoi(value);
        else if (argument.starts_with("--only="))
            plan.only = value;
        else if (argument.starts_with("--json="))
            plan.json = value;
        else
            throw std::invalid_argument("unknown argument " + argument);
    }
    return plan;
}

std::string selectScript(long rows) {
    return "\\set n random(1, " + std::to_string(rows) +
           ")\n"
           "SELECT id, name, email, credential_type, metadata, issued_by, issued_at "
           "FROM credentials WHERE id = ('00000000-0000-7000-8000-' || lpad(:n::text, 12, "
           "'0'))::uuid;\n";
}

// Ids that grow, as ours do.
constexpr const char* insertScript =
    "INSERT INTO credentials (id, name, email, credential_type, metadata, issued_by, issued_at) "
    "VALUES ((lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || "
    "substr(gen_random_uuid()::text, 14))::uuid, gen_random_uuid()::text, 'bench@example.org', "
    "'degree', '{}', 'pgbench', now()) ON CONFLICT (name, email, credential_type) DO NOTHING "
    "RETURNING id;\n";

// How many rows a second PostgreSQL takes in batches as large as ours can be.
Run bareInserts(test::PostgresServer& server, const std::string& database, int seconds) {
    const std::string script =
        "INSERT INTO credentials (id, name, email, credential_type, metadata, issued_by, "
        "issued_at) SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), "
        "12, '0') || substr(gen_random_uuid()::text, 14))::uuid, gen_random_uuid()::text, "
        "'bench@example.org', 'degree', '{}', 'pgbench', now() FROM generate_series(1, 64);\n";
    Run run = bench::runPgbench(server.port(), database, script, 2, seconds);
    run.perSecond *= 64;
    return run;
}

// The rows that `bench::load` makes, for SQLite.
void loadFile(const std::string& path, long rows) {
    Poco::Data::Session session("SQLite", path);
    session
        << "INSERT INTO credentials (id, name, email, credential_type, metadata, issued_by, "
           "issued_at) WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM "
           "numbers WHERE n < " +
               std::to_string(rows) +
               ") SELECT printf('00000000-0000-7000-8000-%012d', n), printf('Person %012d', n), "
               "'bench@example.org', 'degree', '{}', 'bench', 0 FROM numbers",
        Poco::Data::Keywords::now;
}

long rowsInFile(const std::string& path) {
    Poco::Data::Session session("SQLite", path);
    Poco::Data::Statement select(session);
    long rows = 0;
    select << "SELECT count(*) FROM credentials", Poco::Data::Keywords::into(rows),
        Poco::Data::Keywords::now;
    return rows;
}

class Bench {
public:
    explicit Bench(Plan plan) : plan_(std::move(plan)) {}

    void run() {
        overPostgres();
        overSqlite();
        std::cout << report_.table();
        if (plan_.only.empty())
            std::cout << "\n" << report_.ratios();
        if (!plan_.json.empty())
            test::writeFile(plan_.json, report_.json());
    }

private:
    using Measurement = std::function<Run()>;

    void inTurns(const std::vector<std::pair<std::string, Measurement>>& measurements, int rounds) {
        for (int round = 1; round <= rounds; ++round)
            for (const auto& [name, measurement] : measurements) {
                if (!std::regex_search(name, std::regex(plan_.only)))
                    continue;
                std::cerr << "round " << round << " of " << rounds << ": " << name << "\n";
                report_.add(name, measurement());
            }
    }

    void overPostgres() {
        test::PostgresServer server({.settings = {}});
        const auto database = server.createDatabase();
        const auto properties = test::postgresProperties(server.port(), database);
        bench::load(properties, server, database, plan_.rows);
        const auto count = [&] {
            return std::stol(server.query(database, "SELECT count(*) FROM credentials"));
        };
        Service service({properties}, plan_.rows, count);
        auto freshProperties = properties;
        freshProperties["verification.cache.freshSeconds"] = "3600";
        freshProperties["verification.cache.entries"] = std::to_string(plan_.rows);
        Service fresh({freshProperties}, 10000, count);
        fresh.verify(64, plan_.seconds); // from now on it has them all
        const test::ControlGroup small(512, 0.25);
        Service limited({properties, {}, {}, small.launcher()}, plan_.rows, count);
        const bench::Nginx nginx(R"({"status":"healthy","service":"kube-credential"})");

        const int s = plan_.seconds;
        const auto pgbench = [&](const std::string& script, int clients) {
            return [&, script, clients] {
                return bench::runPgbench(server.port(), database, script, clients, s);
            };
        };
        std::vector<std::pair<std::string, Measurement>> all{
            {"pgbench SELECT, 16", pgbench(selectScript(plan_.rows), 16)},
            {"pgbench SELECT, 1", pgbench(selectScript(plan_.rows), 1)},
            {"pgbench INSERT, 16", pgbench(insertScript, 16)},
            {"nginx, 64",
             [&] {
                 return bench::runWrk(nginx.url(), 64, s, {"get", "", "1"}).run;
             }},
            {"health, 64", [&] { return service.health(64, s); }}};
        for (const int connections : {1, 16, 64, 256}) {
            const auto suffix = ", " + std::to_string(connections);
            all.emplace_back("verification" + suffix,
                             [&, connections] { return service.verify(connections, s); });
            all.emplace_back("issuance" + suffix,
                             [&, connections] { return service.issue(connections, s); });
        }
        all.emplace_back("verification fresh, 64", [&] { return fresh.verify(64, s); });
        all.emplace_back("duplicates, 64", [&] { return service.duplicate(64, s); });
        all.emplace_back("nine verifications to an issuance, 64",
                         [&] { return service.mix(64, s); });
        all.emplace_back("verification on a quarter of a core, 64",
                         [&] { return limited.verify(64, s); });
        all.emplace_back("bare inserts, batches of 64",
                         [&] { return bareInserts(server, database, s); });
        inTurns(all, plan_.rounds);
    }

    void overSqlite() {
        const test::TemporaryDirectory directory;
        const auto path = (directory.path() / "bench.db").string();
        Service service({test::sqliteProperties({{"database.path", path}})}, plan_.rows,
                        [&] { return rowsInFile(path); });
        Poco::Data::SQLite::Connector::registerConnector();
        loadFile(path, plan_.rows);
        const int s = plan_.seconds;
        inTurns({{"SQLite verification, 64", [&] { return service.verify(64, s); }},
                 {"SQLite issuance, 64", [&] { return service.issue(64, s); }},
                 {"SQLite duplicates, 64", [&] { return service.duplicate(64, s); }}},
                2);
    }

    const Plan plan_;
    bench::Report report_;
};

} // namespace

int main(int argc, char** argv) {
    try {
        Bench(planOf(argc, argv)).run();
        return 0;
    } catch (const std::exception& exception) {
        std::cerr << "bench: " << exception.what() << "\n";
        return 1;
    }
}
