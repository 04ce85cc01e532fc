#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/PostgresServer.h"
#include "support/ProcessStatus.h"
#include "support/RawConnection.h"

#include <memory>
#include <thread>

namespace kubecred::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

} // namespace

/// The daemon over PostgreSQL that goes away, one way or another, and comes back.
class PostgresOutageTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(PostgresOutageTest);
    CPPUNIT_TEST(survivesAStoppedDatabase);
    CPPUNIT_TEST(survivesAKilledDatabase);
    CPPUNIT_TEST(survivesAFrozenDatabase);
    CPPUNIT_TEST(noticesAFrozenDatabaseWithoutTraffic);
    CPPUNIT_TEST(startsWithoutTheDatabase);
    CPPUNIT_TEST(leaksNoFilesDuringAnOutage);
    CPPUNIT_TEST(tellsNobodyWhatIsGenuine);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        server_ = std::make_unique<PostgresServer>();
        properties_ = postgresProperties(server_->port(), server_->createDatabase());
        CPPUNIT_ASSERT_EQUAL(0, runProgram(properties_, {"--migrate"}).status);
    }

    void tearDown() override {
        daemon_.reset();
        server_.reset();
    }

    void survivesAStoppedDatabase() {
        startHealthy();
        server_->stop();
        assertOutage();
        server_->start();
        assertServiceAgain();
    }

    void survivesAKilledDatabase() {
        startHealthy();
        server_->kill();
        assertOutage();
        server_->start();
        assertServiceAgain();
    }

    void survivesAFrozenDatabase() {
        startHealthy();
        server_->freeze();
        assertOutage();
        server_->thaw();
        assertServiceAgain();
    }

    // Promised within 2 s; the rest is for a busy machine.
    void noticesAFrozenDatabaseWithoutTraffic() {
        startHealthy();
        server_->freeze();
        daemon_->waitForStatus("degraded", seconds(3));
    }

    void startsWithoutTheDatabase() {
        server_->stop();
        const Stopwatch stopwatch;
        daemon_ = std::make_unique<Daemon>(DaemonOptions{properties_});
        stopwatch.assertWithin(seconds(1));
        assertOutage();
        server_->start();
        assertServiceAgain();
    }

    // By an id that memory knows, with another name; whether memory would do by itself or not.
    void tellsNobodyWhatIsGenuine() {
        for (const std::string fresh : {"0", "600"}) {
            properties_["verification.cache.freshSeconds"] = fresh;
            startHealthy();
            const auto id =
                post(daemon_->port(), "/issuance/credentials", issueBody("Ada " + fresh))
                    .text("credential.id");
            const auto verify = [&](const std::string& asked, const std::string& name) {
                return post(daemon_->port(), "/verification/credentials",
                            R"({"id":")" + asked + R"(","name":")" + name + R"("})",
                            {"X-Request-Id: the-same"});
            };
            CPPUNIT_ASSERT_EQUAL(200, verify(id, "Ada " + fresh).status);
            CPPUNIT_ASSERT_EQUAL(404, verify(id, "Eve").status);
            server_->stop();
            daemon_->waitForStatus("degraded");
            CPPUNIT_ASSERT_EQUAL(200, verify(id, "Ada " + fresh).status);
            const auto mismatch = verify(id, "Eve");
            CPPUNIT_ASSERT_EQUAL(503, mismatch.status);
            CPPUNIT_ASSERT_EQUAL(verify("0190a5b0-0000-7000-8000-000000000001", "Eve").body,
                                 mismatch.body);
            server_->start();
            daemon_->waitForStatus("healthy");
            CPPUNIT_ASSERT_EQUAL(404, verify(id, "Eve").status);
        }
    }

    void leaksNoFilesDuringAnOutage() {
        startHealthy();
        issue();
        const auto before = openFilesOf(daemon_->process().id());
        server_->stop();
        const auto end = steady_clock::now() + seconds(5);
        while (steady_clock::now() < end) {
            CPPUNIT_ASSERT_EQUAL(503, issue());
            std::this_thread::sleep_for(milliseconds(10));
        }
        const auto after = openFilesOf(daemon_->process().id());
        CPPUNIT_ASSERT_MESSAGE(std::to_string(before) + " files, then " + std::to_string(after),
                               after <= before + 2);
    }

private:
    void startHealthy() {
        daemon_ = std::make_unique<Daemon>(DaemonOptions{properties_});
        daemon_->waitForStatus("healthy");
        CPPUNIT_ASSERT_EQUAL(201, issue());
    }

    int issue() {
        const std::string body = issueBody("Ada " + std::to_string(++issued_));
        return post(daemon_->port(), "/issuance/credentials", body).status;
    }

    // Not one request waits for longer than 3 s or gets anything but 503, and health, which is
    // asked without a database, answers quickly throughout.
    void assertOutage() {
        for (int i = 0; i < 3; ++i) {
            const Stopwatch stopwatch;
            const auto refused = post(daemon_->port(), "/verification/credentials",
                                      verifyBody("0190a5b0-0000-7000-8000-000000000001"));
            stopwatch.assertWithin(seconds(3));
            CPPUNIT_ASSERT_EQUAL(503, refused.status);
            CPPUNIT_ASSERT(!refused.header("retry-after").empty());
            CPPUNIT_ASSERT_EQUAL(503, issue());
            const Stopwatch healthStopwatch;
            CPPUNIT_ASSERT_EQUAL(200, request(daemon_->port(), "GET", "/health").status);
            healthStopwatch.assertWithin(milliseconds(500));
        }
        daemon_->waitForStatus("degraded", seconds(4));
    }

    void assertServiceAgain() {
        daemon_->waitForStatus("healthy");
        CPPUNIT_ASSERT_EQUAL(201, issue());
        CPPUNIT_ASSERT(daemon_->process().running());
        CPPUNIT_ASSERT_EQUAL(0, daemon_->stop());
    }

    std::unique_ptr<PostgresServer> server_;
    std::map<std::string, std::string> properties_;
    std::unique_ptr<Daemon> daemon_;
    int issued_ = 0;
};

CPPUNIT_TEST_SUITE_REGISTRATION(PostgresOutageTest);

} // namespace kubecred::test
