#include "faults/TcpProxy.h"
#include "support/Daemon.h"
#include "support/Eventually.h"
#include "support/PostgresServer.h"
#include "support/RawConnection.h"

#include <Poco/Net/ServerSocket.h>

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace kubecred::test {

/// The name of the database comes to mean another server, while the old one stays up and answers.
/// The proxy is what the name means.
class SwitchFaults : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(SwitchFaults);
    CPPUNIT_TEST(followsTheName);
    CPPUNIT_TEST(staysWhileTheNewServerRefuses);
    CPPUNIT_TEST(staysWhileTheNewServerIsSilent);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        proxy_ = std::make_unique<TcpProxy>(old_.port());
        name_ = old_.createDatabase();
        CPPUNIT_ASSERT_EQUAL(
            0, runProgram(postgresProperties(old_.port(), name_), {"--migrate"}).status);
        add(old_, known);
        auto properties = postgresProperties(proxy_->port(), name_);
        properties["modules"] = "verification";
        properties["database.sessionMaxAgeSeconds"] = "1";
        properties["verification.cache.entries"] = "0";
        daemon_ = std::make_unique<Daemon>(DaemonOptions{properties});
        daemon_->waitForStatus("healthy");
    }

    void tearDown() override {
        daemon_.reset();
        proxy_.reset();
    }

    void followsTheName() {
        PostgresServer successor;
        CPPUNIT_ASSERT_EQUAL(name_, successor.createDatabase());
        CPPUNIT_ASSERT_EQUAL(
            0, runProgram(postgresProperties(successor.port(), name_), {"--migrate"}).status);
        add(successor, known);
        add(successor, later);
        proxy_->pointTo(successor.port());
        // Every session, not only one.
        int inARow = 0;
        serves(std::chrono::seconds(15), [&] {
            inARow = verify(later) == 200 ? inARow + 1 : 0;
            return inARow == 50;
        });
        CPPUNIT_ASSERT_EQUAL(50, inARow);
        CPPUNIT_ASSERT(eventually([&] { return old_.query(name_, sessions) == "0\n"; }));
    }

    void staysWhileTheNewServerRefuses() {
        proxy_->pointTo(freePort());
        serves(std::chrono::seconds(4));
    }

    void staysWhileTheNewServerIsSilent() {
        const Poco::Net::ServerSocket silent(Poco::Net::SocketAddress("127.0.0.1", 0));
        proxy_->pointTo(silent.address().port());
        serves(std::chrono::seconds(6));
    }

private:
    static constexpr const char* known = "0190a5b0-0000-7000-8000-000000000001";
    static constexpr const char* later = "0190a5b0-0000-7000-8000-000000000002";
    static constexpr const char* sessions =
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'kube-credential'";

    void add(const PostgresServer& server, const std::string& id) const {
        server.query(name_, "INSERT INTO credentials (id, name, email, credential_type, issued_by) "
                            "VALUES ('" +
                                id + "', '" + id + "', 'ada@example.org', 'degree', 'other')");
    }

    int verify(const std::string& id) const {
        return post(daemon_->port(), "/verification/credentials", R"({"id":")" + id + R"("})")
            .status;
    }

    // What is known is verified all the time, within the two seconds that a request has, until the
    // condition holds.
    void serves(
        std::chrono::milliseconds time,
        const std::function<bool()>& isDone = [] { return false; }) const {
        using std::chrono::steady_clock;
        const auto end = steady_clock::now() + time;
        while (steady_clock::now() < end && !isDone()) {
            const auto began = steady_clock::now();
            CPPUNIT_ASSERT_EQUAL(200, verify(known));
            CPPUNIT_ASSERT(steady_clock::now() - began < std::chrono::seconds(2));
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        CPPUNIT_ASSERT_EQUAL(std::string("healthy"),
                             request(daemon_->port(), "GET", "/health").text("status"));
    }

    PostgresServer old_;
    std::unique_ptr<TcpProxy> proxy_;
    std::string name_;
    std::unique_ptr<Daemon> daemon_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(SwitchFaults);

} // namespace kubecred::test
