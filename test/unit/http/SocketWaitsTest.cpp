#include "http/connection/SocketWaits.h"

#include <cppunit/extensions/HelperMacros.h>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string>
#include <system_error>

namespace kubecred::test {

using namespace std::chrono_literals;
using http::Poller;

// Who waits for which socket on an event loop, and what ends that.
class SocketWaitsTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(SocketWaitsTest);
    CPPUNIT_TEST(endsWithTheSocket);
    CPPUNIT_TEST(endsWithTheDeadline);
    CPPUNIT_TEST(keepsOthersWaiting);
    CPPUNIT_TEST(canWaitAgainOnceItIsOver);
    CPPUNIT_TEST(keepsNothingOfASocketThatIsNone);
    CPPUNIT_TEST(knowsNoOtherEvent);
    CPPUNIT_TEST_SUITE_END();

public:
    void tearDown() override {
        ::close(first_);
        ::close(second_);
    }

    void endsWithTheSocket() {
        await(first_, "first", 1h);
        CPPUNIT_ASSERT(!waits_.empty());
        turn();
        CPPUNIT_ASSERT_EQUAL(std::string(), ended_);
        eventfd_write(first_, 1);
        turn();
        CPPUNIT_ASSERT_EQUAL(std::string("first in time;"), ended_);
        CPPUNIT_ASSERT(waits_.empty());
    }

    void endsWithTheDeadline() {
        const auto begun = std::chrono::steady_clock::now();
        await(first_, "first", 20ms);
        CPPUNIT_ASSERT(waits_.earliest() >= begun + 20ms);
        turn(30ms);
        CPPUNIT_ASSERT_EQUAL(std::string("first too late;"), ended_);
        CPPUNIT_ASSERT(waits_.empty());
    }

    void keepsOthersWaiting() {
        await(first_, "first", 1h);
        await(second_, "second", 1h);
        eventfd_write(second_, 1);
        turn();
        CPPUNIT_ASSERT_EQUAL(std::string("second in time;"), ended_);
        eventfd_write(first_, 1);
        turn();
        CPPUNIT_ASSERT_EQUAL(std::string("second in time;first in time;"), ended_);
    }

    void canWaitAgainOnceItIsOver() {
        eventfd_write(first_, 1);
        waits_.await(first_, POLLIN, std::chrono::steady_clock::now() + 1h,
                     [this](bool) { await(first_, "again", 1h); });
        turn();
        CPPUNIT_ASSERT_EQUAL(std::string(), ended_);
        turn();
        CPPUNIT_ASSERT_EQUAL(std::string("again in time;"), ended_);
    }

    void keepsNothingOfASocketThatIsNone() {
        CPPUNIT_ASSERT_THROW(await(-1, "none", -1h), std::system_error);
        CPPUNIT_ASSERT(waits_.empty());
        turn();
        CPPUNIT_ASSERT_EQUAL(std::string(), ended_);
    }

    void knowsNoOtherEvent() {
        await(first_, "first", 1h);
        CPPUNIT_ASSERT(!waits_.note(this));
    }

private:
    void await(int socket, const std::string& name, std::chrono::steady_clock::duration patience) {
        waits_.await(
            socket, POLLIN, std::chrono::steady_clock::now() + patience,
            [this, name](bool inTime) { ended_ += name + (inTime ? " in time;" : " too late;"); });
    }

    // What an event loop does again and again.
    void turn(std::chrono::milliseconds patience = 0ms) {
        std::array<Poller::Event, 4> events;
        const auto count = poller_.wait(events, patience);
        for (std::size_t i = 0; i < count; ++i)
            CPPUNIT_ASSERT(waits_.note(events[i].token));
        waits_.run();
    }

    const int first_ = eventfd(0, EFD_CLOEXEC);
    const int second_ = eventfd(0, EFD_CLOEXEC);
    Poller poller_;
    http::SocketWaits waits_{poller_};
    std::string ended_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(SocketWaitsTest);

} // namespace kubecred::test
