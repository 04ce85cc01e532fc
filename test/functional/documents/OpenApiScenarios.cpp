#include "OpenApiScenarios.h"

#include "functional/Expectations.h"
#include "support/RawConnection.h"

#include <signal.h>

#include <utility>
#include <vector>

namespace kubecred::test {
namespace {

HttpAnswer sendHead(const Daemon& daemon, const std::string& head) {
    RawConnection connection(daemon.port());
    connection.send(head + "\r\nHost: localhost\r\n\r\n");
    return connection.receive();
}

Scenarios healthScenarios(const std::string& path) {
    const std::string details = path + "/details";
    const std::string bearer = "Authorization: Bearer ";
    const std::string open = bearer + "open-sesame";
    return {
        {{"GET", path, "200"},
         [=](const Daemons& daemons) { return request(daemons.healthy->port(), "GET", path); }},
        {{"GET", path, "200"},
         [=](const Daemons& daemons) {
             return request(daemons.databaseless->port(), "GET", path);
         }},
        {{"GET", path, "503"},
         [=](const Daemons& daemons) { return request(daemons.draining->port(), "GET", path); }},
        {{"GET", details, "200"},
         [=](const Daemons& daemons) {
             return request(daemons.healthy->port(), "GET", details, "", {open});
         }},
        {{"GET", details, "200"},
         [=](const Daemons& daemons) {
             return request(daemons.databaseless->port(), "GET", details, "", {open});
         }},
        {{"GET", details, "200"},
         [=](const Daemons& daemons) {
             return request(daemons.draining->port(), "GET", details, "", {open});
         }},
        {{"GET", details, "401"},
         [=](const Daemons& daemons) {
             return request(daemons.healthy->port(), "GET", details, "", {bearer + "guessed"});
         }},
        {{"GET", details, "403"},
         [=](const Daemons& daemons) {
             return request(daemons.locked->port(), "GET", details, "",
                            {bearer + daemons.keys.begin()->second});
         }},
        {{"GET", details, "404"},
         [=](const Daemons& daemons) {
             return request(daemons.tokenless->port(), "GET", details);
         }},
    };
}

/// What any POST of JSON may get. `valid` is a body that the operation accepts.
Scenarios postScenarios(const std::string& path, const std::string& valid) {
    const std::string line = "POST " + path + " HTTP/1.1";
    const auto at = [&](const char* status) { return Operation{"POST", path, status}; };
    return {
        {at("400"),
         [=](const Daemons& daemons) { return post(daemons.healthy->port(), path, "{}"); }},
        {at("400"),
         [=](const Daemons& daemons) { return post(daemons.healthy->port(), path, "[1]"); }},
        {at("400"),
         [=](const Daemons& daemons) { return post(daemons.healthy->port(), path, "{"); }},
        {at("400"),
         [=](const Daemons& daemons) {
             return sendHead(*daemons.healthy, line + "\r\nContent-Length: one");
         }},
        {at("401"),
         [=](const Daemons& daemons) { return post(daemons.locked->port(), path, valid); }},
        {at("401"),
         [=](const Daemons& daemons) {
             return post(daemons.locked->port(), path, valid, {"X-API-Key: guessed"});
         }},
        {at("403"),
         [=](const Daemons& daemons) {
             return post(daemons.locked->port(), path, valid,
                         {"X-API-Key: " + daemons.keys.at(path)});
         }},
        {at("408"),
         [=](const Daemons& daemons) {
             return sendHead(*daemons.hasty, line + "\r\nContent-Type: application/json\r\n"
                                                    "Content-Length: 10");
         }},
        {at("411"),
         [=](const Daemons& daemons) {
             return sendHead(*daemons.healthy, "POST " + path + " HTTP/1.0");
         }},
        {at("413"),
         [=](const Daemons& daemons) {
             return sendHead(*daemons.healthy, line + "\r\nContent-Length: 102401");
         }},
        {at("415"),
         [=](const Daemons& daemons) {
             return request(daemons.healthy->port(), "POST", path, valid,
                            {"Content-Type: text/plain"});
         }},
        {at("431"),
         [=](const Daemons& daemons) {
             return sendHead(*daemons.healthy, line + "\r\nX-Long: " + std::string(20000, 'x'));
         }},
        {at("503"),
         [=](const Daemons& daemons) { return post(daemons.databaseless->port(), path, valid); }},
    };
}

/// The answer to a body that breaks the rule of one field.
Scenario refused(const std::string& path, const std::string& body) {
    return [=](const Daemons& daemons) { return post(daemons.healthy->port(), path, body); };
}

/// Members of a JSON object, the values as JSON writes them.
using Members = std::map<std::string, std::string>;

std::string with(Members members, const std::string& name, const std::string& value) {
    members[name] = value;
    std::string text;
    for (const auto& [key, written] : members)
        text += (text.empty() ? "{\"" : ",\"") + key + "\":" + written;
    return text + "}";
}

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

} // namespace

Daemons::Daemons() {
    const std::map<std::string, std::string> token{{"HEALTH_TOKEN", "open-sesame"}};
    const NewKey useless = createKey("useless", "verify");
    const NewKey other = createKey("other", "issue");
    locked = std::make_unique<Daemon>(DaemonOptions{
        sqliteProperties({{"issuance.auth", "keys"}, {"verification.auth", "keys"}}),
        {{"API_KEYS", useless.entry + "," + other.entry}, {"HEALTH_TOKEN", "open-sesame"}}});
    keys = {{"/issuance/credentials", useless.key}, {"/verification/credentials", other.key}};
    healthy = std::make_unique<Daemon>(DaemonOptions{sqliteProperties(), token});
    tokenless = std::make_unique<Daemon>(DaemonOptions{sqliteProperties()});
    databaseless =
        std::make_unique<Daemon>(DaemonOptions{postgresProperties(freePort(), "nothing"), token});
    auto properties = sqliteProperties({{"http.requestTimeoutSeconds", "1"}});
    hasty = std::make_unique<Daemon>(DaemonOptions{properties});
    properties["shutdown.graceSeconds"] = "60";
    draining = std::make_unique<Daemon>(DaemonOptions{properties, token});
    healthy->waitForStatus("healthy");
    databaseless->waitForStatus("degraded");
    draining->process().signal(SIGTERM);
    draining->waitForStatus("draining");
}

Scenarios issuanceScenarios() {
    const Members issuable{{"name", quoted("Ada, again")},
                           {"email", quoted("ada@example.org")},
                           {"credentialType", quoted("degree")}};
    const std::string path = "/issuance/credentials";
    Scenarios scenarios = postScenarios(path, issueBody("Ada"));
    scenarios.emplace(Operation{"POST", path, "201"}, [=](const Daemons& daemons) {
        return post(daemons.healthy->port(), path, issueBody("Ada"));
    });
    scenarios.emplace(Operation{"POST", path, "201"}, [=](const Daemons& daemons) {
        const auto body = with(issuable, "metadata", R"({"a":[1,{"b":null}]})");
        return post(daemons.healthy->port(), path, body);
    });
    scenarios.emplace(Operation{"POST", path, "409"}, [=](const Daemons& daemons) {
        post(daemons.healthy->port(), path, issueBody("Grace"));
        return post(daemons.healthy->port(), path, issueBody("Grace"));
    });
    const std::vector<std::pair<std::string, std::string>> bad{
        {"name", quoted("")},
        {"name", quoted(std::string(256, 'a'))},
        {"credentialType", quoted(std::string(101, 'a'))},
        {"email", quoted("nobody")},
        {"name", quoted("a\\u0000")},
        {"metadata", "[]"},
        {"metadata", R"({"a":1e400})"}};
    for (const auto& [field, value] : bad)
        scenarios.emplace(Operation{"POST", path, "400"},
                          refused(path, with(issuable, field, value)));
    scenarios.merge(healthScenarios("/issuance/health"));
    return scenarios;
}

Scenarios verificationScenarios() {
    const std::string path = "/verification/credentials";
    const std::string nobody = "0190a5b0-0000-7000-8000-000000000001";
    const std::string unknown = verifyBody(nobody);
    Scenarios scenarios = postScenarios(path, unknown);
    scenarios.emplace(Operation{"POST", path, "200"}, [=](const Daemons& daemons) {
        const auto issued =
            post(daemons.healthy->port(), "/issuance/credentials", issueBody("Mary"));
        return post(daemons.healthy->port(), path, verifyBody(issued.text("credential.id")));
    });
    scenarios.emplace(Operation{"POST", path, "404"}, [=](const Daemons& daemons) {
        return post(daemons.healthy->port(), path, unknown);
    });
    const std::vector<std::pair<std::string, std::string>> bad{
        {"id", quoted("1")},          {"id", "null"},
        {"name", quoted("")},         {"name", quoted(std::string(256, 'a'))},
        {"name", quoted("a\\u0000")}, {"email", quoted("nobody")}};
    for (const auto& [field, value] : bad)
        scenarios.emplace(Operation{"POST", path, "400"},
                          refused(path, with({{"id", quoted(nobody)}}, field, value)));
    scenarios.merge(healthScenarios("/verification/health"));
    return scenarios;
}

} // namespace kubecred::test
