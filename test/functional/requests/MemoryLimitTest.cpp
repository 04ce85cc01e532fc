#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/Eventually.h"
#include "support/RawConnection.h"

#include <memory>
#include <vector>

namespace kubecred::test {
namespace {

constexpr std::size_t size = 90000; // of a body; a megabyte holds few of them

std::string largeBody(const std::string& name) {
    std::string body = issueBody(name);
    body.pop_back();
    return body + R"(,"metadata":{"text":")" + std::string(size, 'x') + "\"}}";
}

} // namespace

/// A service that may hold but a megabyte of requests and answers, and clients that take it all:
/// what does not fit is refused, what is small goes on, and who is slow has less time.
class MemoryLimitTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(MemoryLimitTest);
    CPPUNIT_TEST(requestsThatDoNotFitGet503);
    CPPUNIT_TEST(answersThatDoNotFitGet503);
    CPPUNIT_TEST(slowClientsHaveLessTime);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        daemon_ = std::make_unique<Daemon>(
            DaemonOptions{sqliteProperties({{"http.maxMegabytesInFlight", "1"}})});
        daemon_->waitForStatus("healthy");
    }

    void tearDown() override {
        slow_.clear();
        daemon_.reset();
    }

    void requestsThatDoNotFitGet503() {
        const auto refused = holdEverything();
        CPPUNIT_ASSERT_EQUAL(503, refused.status);
        CPPUNIT_ASSERT_EQUAL(std::string("1"), refused.header("retry-after"));
        CPPUNIT_ASSERT_EQUAL(std::string("close"), refused.header("connection"));
        CPPUNIT_ASSERT_EQUAL(200, request(daemon_->port(), "GET", "/health").status);
        CPPUNIT_ASSERT_EQUAL(
            201, post(daemon_->port(), "/issuance/credentials", issueBody("Small")).status);
        slow_.clear();
        const auto issued = [&] {
            return post(daemon_->port(), "/issuance/credentials", largeBody("Large")).status;
        };
        CPPUNIT_ASSERT(eventually([&] { return issued() == 201; }));
    }

    void answersThatDoNotFitGet503() {
        const auto issued = post(daemon_->port(), "/issuance/credentials", largeBody("Large"));
        CPPUNIT_ASSERT_EQUAL(201, issued.status);
        const auto verify = [&] {
            return post(daemon_->port(), "/verification/credentials",
                        verifyBody(issued.text("credential.id")));
        };
        holdEverything();
        const auto refused = verify();
        CPPUNIT_ASSERT_EQUAL(503, refused.status);
        CPPUNIT_ASSERT_EQUAL(std::string("1"), refused.header("retry-after"));
        CPPUNIT_ASSERT(daemon_->log().find(R"("status":503)") != std::string::npos);
        slow_.clear();
        CPPUNIT_ASSERT(eventually([&] { return verify().status == 200; }));
    }

    void slowClientsHaveLessTime() {
        holdEverything();
        const Stopwatch watch;
        // They would have ten seconds.
        CPPUNIT_ASSERT_EQUAL(408, slow_.front()->receive().status);
        watch.assertWithin(std::chrono::seconds(6));
    }

private:
    // Bodies that do not end, until one of them gets an answer, which it returns.
    HttpAnswer holdEverything() {
        const std::string bytes = requestBytes("POST", "/issuance/credentials", largeBody("Slow"),
                                               {"Content-Type: application/json"});
        for (int i = 0; i < 30; ++i) {
            slow_.push_back(std::make_unique<RawConnection>(daemon_->port()));
            slow_.back()->send(bytes.substr(0, bytes.size() - 100));
            if (slow_.back()->staysSilent(std::chrono::milliseconds(50)))
                continue;
            auto answer = slow_.back()->receive();
            slow_.pop_back();
            return answer;
        }
        CPPUNIT_FAIL("everything fitted");
        return {};
    }

    std::unique_ptr<Daemon> daemon_;
    std::vector<std::unique_ptr<RawConnection>> slow_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(MemoryLimitTest);

} // namespace kubecred::test
