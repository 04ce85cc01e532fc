#include "Expectations.h"
#include "OpenApiDocument.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <signal.h>

#include <functional>
#include <memory>

namespace kubecred::test {
namespace {

/// Daemons in every state that a documented answer needs.
class Daemons {
public:
    Daemons() {
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
            std::make_unique<Daemon>(DaemonOptions{postgresProperties(freePort(), "nothing")});
        auto properties = sqliteProperties({{"http.requestTimeoutSeconds", "1"}});
        hasty = std::make_unique<Daemon>(DaemonOptions{properties});
        properties["shutdown.graceSeconds"] = "60";
        draining = std::make_unique<Daemon>(DaemonOptions{properties});
        healthy->waitForStatus("healthy");
        databaseless->waitForStatus("degraded");
        draining->process().signal(SIGTERM);
        draining->waitForStatus("draining");
    }

    std::unique_ptr<Daemon> healthy;
    std::unique_ptr<Daemon> tokenless;
    std::unique_ptr<Daemon> databaseless;
    std::unique_ptr<Daemon> locked;          ///< asks for keys
    std::map<std::string, std::string> keys; ///< of the locked one, which do not open this path
    std::unique_ptr<Daemon> hasty;           ///< gives a request a second
    std::unique_ptr<Daemon> draining;
};

/// Makes the real program give one answer.
using Scenario = std::function<HttpAnswer(const Daemons&)>;
using Scenarios = std::map<Operation, Scenario>;

HttpAnswer sendHead(const Daemon& daemon, const std::string& head) {
    RawConnection connection(daemon.port());
    connection.send(head + "\r\nHost: localhost\r\n\r\n");
    return connection.receive();
}

Scenarios healthScenarios(const std::string& path) {
    const std::string details = path + "/details";
    const std::string bearer = "Authorization: Bearer ";
    return {
        {{"GET", path, "200"},
         [=](const Daemons& daemons) { return request(daemons.healthy->port(), "GET", path); }},
        {{"GET", path, "503"},
         [=](const Daemons& daemons) { return request(daemons.draining->port(), "GET", path); }},
        {{"GET", details, "200"},
         [=](const Daemons& daemons) {
             return request(daemons.healthy->port(), "GET", details, "", {bearer + "open-sesame"});
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
        {at("401"),
         [=](const Daemons& daemons) { return post(daemons.locked->port(), path, valid); }},
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
             return sendHead(*daemons.healthy, "POST " + path + " HTTP/1.0\r\nHost: a");
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

Scenarios issuanceScenarios() {
    const std::string path = "/issuance/credentials";
    Scenarios scenarios = postScenarios(path, issueBody("Ada"));
    scenarios[{"POST", path, "201"}] = [=](const Daemons& daemons) {
        return post(daemons.healthy->port(), path, issueBody("Ada"));
    };
    scenarios[{"POST", path, "409"}] = [=](const Daemons& daemons) {
        post(daemons.healthy->port(), path, issueBody("Grace"));
        return post(daemons.healthy->port(), path, issueBody("Grace"));
    };
    scenarios.merge(healthScenarios("/issuance/health"));
    return scenarios;
}

Scenarios verificationScenarios() {
    const std::string path = "/verification/credentials";
    const std::string unknown = verifyBody("0190a5b0-0000-7000-8000-000000000001");
    Scenarios scenarios = postScenarios(path, unknown);
    scenarios[{"POST", path, "200"}] = [=](const Daemons& daemons) {
        const auto issued =
            post(daemons.healthy->port(), "/issuance/credentials", issueBody("Mary"));
        return post(daemons.healthy->port(), path, verifyBody(issued.text("credential.id")));
    };
    scenarios[{"POST", path, "404"}] = [=](const Daemons& daemons) {
        return post(daemons.healthy->port(), path, unknown);
    };
    scenarios.merge(healthScenarios("/verification/health"));
    return scenarios;
}

void assertFits(const Operation& operation, const HttpAnswer& answer, const AnswerShape& shape) {
    const std::string what = operation.text() + ": " + answer.body;
    CPPUNIT_ASSERT_EQUAL_MESSAGE(what, operation.status, std::to_string(answer.status));
    for (const auto& name : shape.headers)
        CPPUNIT_ASSERT_MESSAGE("no header " + name + "; " + what, answer.has(name));
    if (shape.documented.empty()) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(what, std::string(), answer.body);
        return;
    }
    std::set<std::string> members;
    for (const auto& name : answer.json()->getNames())
        members.insert(name);
    for (const auto& name : shape.required)
        CPPUNIT_ASSERT_MESSAGE(name + " is missing; " + what, members.contains(name));
    for (const auto& name : members)
        CPPUNIT_ASSERT_MESSAGE(name + " is not documented; " + what,
                               shape.documented.contains(name));
}

} // namespace

/// Each module's openapi.yaml says what the module does: all of it, and nothing else.
class OpenApiTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(OpenApiTest);
    CPPUNIT_TEST(issuanceDoesWhatIsDocumented);
    CPPUNIT_TEST(verificationDoesWhatIsDocumented);
    CPPUNIT_TEST_SUITE_END();

public:
    void issuanceDoesWhatIsDocumented() { assertTold("issuance", issuanceScenarios()); }

    void verificationDoesWhatIsDocumented() { assertTold("verification", verificationScenarios()); }

private:
    static void assertTold(const std::string& module, const Scenarios& scenarios) {
        const auto documented =
            readOpenApi(KUBECRED_SOURCE_DIR "/modules/" + module + "/openapi.yaml");
        for (const auto& [operation, scenario] : scenarios)
            CPPUNIT_ASSERT_MESSAGE("not documented: " + operation.text(),
                                   documented.contains(operation));
        const Daemons daemons;
        for (const auto& [operation, shape] : documented) {
            const auto scenario = scenarios.find(operation);
            CPPUNIT_ASSERT_MESSAGE("no scenario for " + operation.text(),
                                   scenario != scenarios.end());
            assertFits(operation, scenario->second(daemons), shape);
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(OpenApiTest);

} // namespace kubecred::test
