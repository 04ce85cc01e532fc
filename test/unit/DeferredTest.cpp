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
    CPPUNIT_TEST(thenMakesSomethingOfTheValue);
    CPPUNIT_TEST(chains);
    CPPUNIT_TEST(passesTheOperationsExceptionOn);
    CPPUNIT_TEST(catchesTheFunctionsException);
    CPPUNIT_TEST(catchesTheFunctionsExceptionAtOnce);
    CPPUNIT_TEST(movesTheValue);
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
        bool ran = false;
        auto chain = later().then([&](int number) {
            ran = true;
            return number;
        });
        CPPUNIT_ASSERT(!sink_);
        start(std::move(chain));
        CPPUNIT_ASSERT(sink_ && !ran);
        sink_(7);
        CPPUNIT_ASSERT(ran);
    }

    void handsTheExecutorOn() {
        Executor* seen = nullptr;
        start(Deferred<int>([&](Executor& executor, Sink<int> sink) {
                  seen = &executor;
                  sink(7);
              }).then([](int number) { return number; }));
        CPPUNIT_ASSERT(seen == &executor_);
    }

    void thenMakesSomethingOfTheValue() {
        CPPUNIT_ASSERT_EQUAL(std::string("7"), await(Deferred<int>(7).then([](int number) {
                                 return std::to_string(number);
                             })));
    }

    void chains() {
        start(later().then(twice).then(twice).then([](int number) { return number + 1; }));
        sink_(7);
        CPPUNIT_ASSERT_EQUAL(29, value());
    }

    void passesTheOperationsExceptionOn() {
        int runs = 0;
        start(later()
                  .then([&](int number) {
                      ++runs;
                      return number;
                  })
                  .then(twice));
        sink_(std::make_exception_ptr(std::runtime_error("lost")));
        CPPUNIT_ASSERT_EQUAL(std::string("lost"), failure());
        CPPUNIT_ASSERT_EQUAL(0, runs);
    }

    void catchesTheFunctionsException() {
        int runs = 0;
        start(later().then(fail).then([&](int number) {
            ++runs;
            return number;
        }));
        sink_(7);
        CPPUNIT_ASSERT_EQUAL(std::string("refused 7"), failure());
        CPPUNIT_ASSERT_EQUAL(0, runs);
    }

    void catchesTheFunctionsExceptionAtOnce() {
        start(Deferred<int>(7).then(fail));
        CPPUNIT_ASSERT_EQUAL(std::string("refused 7"), failure());
    }

    void movesTheValue() {
        struct Counted {
            Counted() = default;
            Counted(const Counted& other) : copies(other.copies + 1) {}
            Counted(Counted&&) noexcept = default;
            Counted& operator=(const Counted&) = delete;
            Counted& operator=(Counted&&) = delete;
            ~Counted() = default;

            int copies = 0;
        };
        const auto copies =
            await(Deferred<int>(7).then([](int) { return Counted(); }).then([](Counted counted) {
                return counted.copies;
            }));
        CPPUNIT_ASSERT_EQUAL(0, copies);
    }

private:
    static int twice(int number) { return 2 * number; }
    static int fail(int number) { throw std::runtime_error("refused " + std::to_string(number)); }

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

    std::string failure() const {
        CPPUNIT_ASSERT_EQUAL(1, calls_);
        try {
            std::rethrow_exception(std::get<std::exception_ptr>(*outcome_));
        } catch (const std::runtime_error& error) {
            return error.what();
        }
    }

    InlineExecutor executor_;
    Sink<int> sink_;
    std::optional<Outcome<int>> outcome_;
    int calls_ = 0;
};

CPPUNIT_TEST_SUITE_REGISTRATION(DeferredTest);

} // namespace kubecred::test
