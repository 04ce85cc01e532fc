#include "kubecred/Overdue.h"

#include "support/LoopExecutor.h"
#include "support/Started.h"
#include "unit/ThrownError.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <functional>
#include <future>
#include <string>
#include <utility>

namespace kubecred::test {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// Operations that are to come to something in time.
class OverdueTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(OverdueTest);
    CPPUNIT_TEST(anOutcomeInTimeCounts);
    CPPUNIT_TEST(whatIsOverdueFails);
    CPPUNIT_TEST(aLateOutcomeIsDropped);
    CPPUNIT_TEST(whatIsForgottenFailsAsWell);
    CPPUNIT_TEST_SUITE_END();

public:
    void anOutcomeInTimeCounts() {
        Started<int> operation(told(steady_clock::now() + 10s), loop_);
        settle(7);
        CPPUNIT_ASSERT_EQUAL(7, operation.get());
        CPPUNIT_ASSERT(onLoop<bool>([this] { return loop_.timers().empty(); }));
    }

    void whatIsOverdueFails() {
        const auto began = steady_clock::now();
        Started<int> operation(told(began + 50ms), loop_);
        const Error error = thrownError([&] { operation.get(); });
        CPPUNIT_ASSERT(error.kind() == ErrorKind::unavailable);
        CPPUNIT_ASSERT_EQUAL(std::string("thing timed out"), error.detail());
        const auto took = steady_clock::now() - began;
        CPPUNIT_ASSERT(took >= 50ms + overdueGrace);
        CPPUNIT_ASSERT(took < 3s);
    }

    void aLateOutcomeIsDropped() {
        Started<int> operation(told(steady_clock::now() - overdueGrace), loop_);
        thrownError([&] { operation.get(); });
        settle(7); // a second outcome would end the test with an exception of the promise
        CPPUNIT_ASSERT(onLoop<bool>([this] { return loop_.timers().empty(); }));
    }

    void whatIsForgottenFailsAsWell() {
        Started<int> operation(told(steady_clock::now()), loop_);
        onLoop<bool>([this] {
            sink_ = nullptr;
            return true;
        });
        CPPUNIT_ASSERT(thrownError([&] { operation.get(); }).kind() == ErrorKind::unavailable);
    }

private:
    // An operation whose outcome is what `settle` says.
    Deferred<int> told(Deadline deadline) {
        return Deferred<int>([this, deadline](Executor& executor, Sink<int> sink) {
            sink_ = failingWhenOverdue(executor, deadline, "thing timed out", std::move(sink));
        });
    }

    void settle(int value) {
        onLoop<bool>([&] {
            std::exchange(sink_, nullptr)(value);
            return true;
        });
    }

    template <typename T>
    T onLoop(std::function<T()> function) {
        std::promise<T> result;
        loop_.post([&] { result.set_value(function()); });
        return result.get_future().get();
    }

    Sink<int> sink_;
    LoopExecutor loop_; // last: it must end before what works on it
};

CPPUNIT_TEST_SUITE_REGISTRATION(OverdueTest);

} // namespace kubecred::test
