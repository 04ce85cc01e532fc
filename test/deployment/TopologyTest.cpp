#include "Topology.h"
#include "bench/Tools.h"
#include "support/Eventually.h"

#include <cppunit/extensions/HelperMacros.h>

#include <signal.h>

#include <future>
#include <memory>

namespace kubecred::test {

/// What clients of the whole notice of what happens to its parts.
class TopologyTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(TopologyTest);
    CPPUNIT_TEST(leadsTheServicesPathsAndNoOther);
    CPPUNIT_TEST(speaksTlsAlone);
    CPPUNIT_TEST(issuesForWhoCarriesAKey);
    CPPUNIT_TEST(opensDetailsToTheHealthToken);
    CPPUNIT_TEST(verifiesWhatTheStandbyDoesNotHaveYet);
    CPPUNIT_TEST(aRollingRestartFailsNoRequest);
    CPPUNIT_TEST(aKillFailsWhatItHeld);
    CPPUNIT_TEST_SUITE_END();

public:
    void leadsTheServicesPathsAndNoOther() {
        expect(R"({"status":"healthy","service":"issuance"})", "200", "/issuance/health");
        expect(R"({"status":"healthy","service":"verification"})", "200", "/verification/health");
        for (const std::string path :
             {"/", "/health", "/health/details", "/metrics", "/internal/credentials",
              "//internal/credentials", "/Issuance/health"})
            expect("{}", "404", path);
        // The service takes no path for another one.
        for (const std::string path :
             {"/issuance/internal/credentials", "/issuance/../internal/credentials",
              "/issuance/%2e%2e/internal/credentials", "/issuance/..%2finternal/credentials"})
            expect("Not found", "404", path, {"--path-as-is"});
    }

    void speaksTlsAlone() {
        const auto answer =
            topology().curl(topology().plainUrl() + "/issuance/health?x=1", {"-D", "-"});
        contains(answer, "301");
        contains(answer, "location: " + topology().url() + "/issuance/health?x=1");
        contains(topology().curl("/issuance/health", {"--tls-max", "1.1"}), "\n000");
    }

    void issuesForWhoCarriesAKey() {
        expect("An API key is required", "401", "/issuance/credentials", issueOf("Ada"));
        auto withKey = issueOf("Ada");
        withKey.insert(withKey.end(), {"-H", "X-API-Key: " + topology().issuingKey()});
        expect("credential issued by", "201", "/issuance/credentials", withKey);
        expect("Credential already issued", "409", "/issuance/credentials", withKey);
    }

    void opensDetailsToTheHealthToken() {
        expect("API key", "401", "/issuance/health/details");
        for (const std::string service : {"issuance", "verification"})
            expect(R"("dependencies")", "200", "/" + service + "/health/details",
                   {"-H", std::string("Authorization: Bearer ") + Topology::healthToken});
    }

    void verifiesWhatTheStandbyDoesNotHaveYet() {
        auto& standby = topology().standby();
        standby.query("postgres", "SELECT pg_wal_replay_pause()");
        CPPUNIT_ASSERT(eventually([&] {
            return standby.query("postgres", "SELECT pg_get_wal_replay_pause_state()") ==
                   "paused\n";
        }));
        auto arguments = issueOf("Grace");
        arguments.insert(arguments.end(), {"-H", "X-API-Key: " + topology().issuingKey()});
        const auto issued = topology().curl("/issuance/credentials", arguments);
        const auto id = issued.substr(issued.find(R"("id":")") + 6, 36);
        expect(R"("valid":true)", "200", "/verification/credentials",
               {"--json", R"({"id":")" + id + R"(","name":"Grace"})"});
        CPPUNIT_ASSERT_EQUAL(
            std::string("0\n"),
            standby.query(topology().database(),
                          "SELECT count(*) FROM credentials WHERE id = '" + id + "'"));
        standby.query("postgres", "SELECT pg_wal_replay_resume()");
    }

    void aRollingRestartFailsNoRequest() {
        auto load = startLoad(60);
        for (auto& service : topology().services()) {
            CPPUNIT_ASSERT_EQUAL(0, service->stop());
            service->startAgain();
            service->waitForStatus("healthy");
            topology().waitUntilBalanced();
        }
        const auto counted = load.get();
        CPPUNIT_ASSERT_EQUAL(0L, counted.refused);
        CPPUNIT_ASSERT_EQUAL(0L, counted.lost);
        CPPUNIT_ASSERT(counted.answered > 1000);
    }

    void aKillFailsWhatItHeld() {
        for (const std::size_t victim : {0, 2}) {
            auto load = startLoad(8);
            std::this_thread::sleep_for(std::chrono::seconds(2));
            auto& service = topology().services().at(victim);
            service->process().signal(SIGKILL);
            service->process().wait();
            const auto counted = load.get();
            CPPUNIT_ASSERT_MESSAGE(std::to_string(counted.refused) + " refused, " +
                                       std::to_string(counted.lost) + " lost",
                                   counted.refused + counted.lost <= connections);
            service->startAgain();
            service->waitForStatus("healthy");
            topology().waitUntilBalanced();
        }
    }

private:
    static constexpr int connections = 16;

    static Topology& topology() {
        static Topology shared;
        return shared;
    }

    static std::vector<std::string> issueOf(const std::string& name) {
        return {"--json", R"({"name":")" + name +
                              R"(","email":"ada@example.org","credentialType":"degree"})"};
    }

    /// Nine verifications to an issuance, each answer below 400 a good one.
    std::future<bench::Counted> startLoad(int seconds) {
        return std::async(std::launch::async, [this, seconds] {
            return bench::runWrk(topology().url() + "/", connections, seconds,
                                 {"mix", "Run " + std::to_string(++runs_) + " ",
                                  std::to_string(Topology::rows), topology().issuingKey()});
        });
    }

    static void expect(const std::string& part, const std::string& status, const std::string& path,
                       const std::vector<std::string>& more = {}) {
        const auto answer = topology().curl(path, more);
        contains(answer, part);
        CPPUNIT_ASSERT_MESSAGE(path + ": " + answer, answer.ends_with("\n" + status));
    }

    static void contains(const std::string& text, const std::string& part) {
        CPPUNIT_ASSERT_MESSAGE("no \"" + part + "\" in: " + text,
                               text.find(part) != std::string::npos);
    }

    inline static int runs_ = 0;
};

CPPUNIT_TEST_SUITE_REGISTRATION(TopologyTest);

} // namespace kubecred::test
