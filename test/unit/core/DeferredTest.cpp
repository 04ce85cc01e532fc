#include "kubecred/Deferred.h"

#include "support/Started.h"

#include <cppunit/extensions/HelperMacros.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

namespace kubecred::test {

class DeferredTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(DeferredTest);
    CPPUNIT_TEST(givesAValueAtOnce);
    CPPUNIT_TEST(givesAValueLater);
    CPPUNIT_TEST(beginsOnlyOnceStarted);
    CPPUNIT_TEST(handsTheExecutorOn);
    CPPUNIT_TEST(passesTheExceptionOn);
    CPPUNIT_TEST(anOutcomeHasItsValueOrThrows);
    CPPUNIT_TEST_SUITE_END();

public:
    void givesAValueAtOnce() {
        start(Deferred<int>(7));
        CPPUNIT_ASSERT_EQUAL(7, value());
    }

    void givesAValueLater() {
        start(later());
        CPPUNIT_ASSERT_EQUAL(0, calls_);
        sink_(7);
        CPPUNIT_ASSERT_EQUAL(7, value());
    }

    void beginsOnlyOnceStarted() {
        auto operation = later();
        CPPUNIT_ASSERT(!sink_);
        start(std::move(operation));
        CPPUNIT_ASSERT(sink_);
    }

    void handsTheExecutorOn() {
        Executor* seen = nullptr;
        start(Deferred<int>([&](Executor& executor, const Sink<int>& sink) {
            seen = &executor;
            sink(7);
        }));
        CPPUNIT_ASSERT(seen == &executor_);
    }

    void passesTheExceptionOn() {
        start(later());
        sink_(std::make_exception_ptr(std::runtime_error("lost")));
        CPPUNIT_ASSERT_EQUAL(1, calls_);
        CPPUNIT_ASSERT_THROW(valueOf(*outcome_), std::runtime_error);
    }

    void anOutcomeHasItsValueOrThrows() {
        CPPUNIT_ASSERT_EQUAL(std::string("seven"), valueOf(Outcome<std::string>("seven")));
        const Outcome<std::string> lost = std::make_exception_ptr(std::runtime_error("lost"));
        CPPUNIT_ASSERT_THROW(valueOf(lost), std::runtime_error);
    }

private:
    // One whose outcome is what the test gives to `sink_`.
    Deferred<int> later() {
        return Deferred<int>([this](Executor&, Sink<int> sink) { sink_ = std::move(sink); });
    }

    void start(Deferred<int> deferred) {
        std::move(deferred).start(executor_, [this](Outcome<int> outcome) {
            ++calls_;
            outcome_ = std::move(outcome);
        });
    }

    int value() const {
        CPPUNIT_ASSERT_EQUAL(1, calls_);
        return std::get<int>(*outcome_);
    }

    InlineExecutor executor_;
    Sink<int> sink_;
    std::optional<Outcome<int>> outcome_;
    int calls_ = 0;
};

CPPUNIT_TEST_SUITE_REGISTRATION(DeferredTest);

} // namespace kubecred::test
