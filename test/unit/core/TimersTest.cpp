#include "kubecred/Timers.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace kubecred::test {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

class TimersTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(TimersTest);
    CPPUNIT_TEST(doesWhatIsDueInItsOrder);
    CPPUNIT_TEST(doesNothingThatWasCancelled);
    CPPUNIT_TEST(tellsWhenTheNextIsDue);
    CPPUNIT_TEST(workMayAddAndCancel);
    CPPUNIT_TEST_SUITE_END();

public:
    void doesWhatIsDueInItsOrder() {
        add(-1ms, "later");
        add(-2ms, "earlier");
        add(1h, "not yet");
        timers_.run();
        CPPUNIT_ASSERT_EQUAL(std::string("earlier;later;"), done_);
        timers_.run();
        CPPUNIT_ASSERT_EQUAL(std::string("earlier;later;"), done_);
        CPPUNIT_ASSERT(!timers_.empty());
    }

    void doesNothingThatWasCancelled() {
        const auto first = add(-2ms, "first");
        add(-1ms, "second");
        timers_.cancel(first);
        timers_.run();
        CPPUNIT_ASSERT_EQUAL(std::string("second;"), done_);
        CPPUNIT_ASSERT(timers_.empty());
    }

    void tellsWhenTheNextIsDue() {
        CPPUNIT_ASSERT(timers_.empty());
        add(2h, "later");
        const auto first = add(1h, "earlier");
        CPPUNIT_ASSERT(timers_.earliest() == now_ + 1h);
        timers_.cancel(first);
        CPPUNIT_ASSERT(timers_.earliest() == now_ + 2h);
    }

    void workMayAddAndCancel() {
        const auto cancelled = add(-1ms, "cancelled");
        timers_.add(now_ - 2ms, std::make_shared<Action>([&] {
                        timers_.cancel(cancelled);
                        add(-3ms, "added");
                    }));
        timers_.run();
        CPPUNIT_ASSERT_EQUAL(std::string("added;"), done_);
        CPPUNIT_ASSERT(timers_.empty());
    }

private:
    class Action final : public Timers::Work {
    public:
        explicit Action(std::function<void()> action) : action_(std::move(action)) {}
        void expire() override { action_(); }

    private:
        const std::function<void()> action_;
    };

    Timers::Timer add(std::chrono::milliseconds time, const std::string& name) {
        return timers_.add(now_ + time,
                           std::make_shared<Action>([this, name] { done_ += name + ";"; }));
    }

    const Deadline now_ = steady_clock::now();
    Timers timers_;
    std::string done_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(TimersTest);

} // namespace kubecred::test
