#include "kubecred/Deferred.h"
#include "support/LoopExecutor.h"
#include "support/Started.h"

#include <cppunit/extensions/HelperMacros.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace kubecred::test {

/// Operations that are coroutines.
class CoroutineTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(CoroutineTest);
    CPPUNIT_TEST(waitsForNothingThatIsThere);
    CPPUNIT_TEST(goesOnWithinTheCallThatBrings);
    CPPUNIT_TEST(goesOnOnceItComes);
    CPPUNIT_TEST(beginsOnlyOnceStarted);
    CPPUNIT_TEST(handsTheExecutorOn);
    CPPUNIT_TEST(waitsForCoroutines);
    CPPUNIT_TEST(anExceptionComesThroughTwoLevels);
    CPPUNIT_TEST(anExceptionOfItsOwnEndsIt);
    CPPUNIT_TEST(anExceptionMayBeCaughtOnItsWay);
    CPPUNIT_TEST(tellsWhateverAnOperationComesTo);
    CPPUNIT_TEST(freesWhatIsNeverStarted);
    CPPUNIT_TEST(freesWhatHasEndedBeforeItIsTold);
    CPPUNIT_TEST(copiesNoValue);
    CPPUNIT_TEST(goesOnInAnotherTurnOfTheLoop);
    CPPUNIT_TEST_SUITE_END();

public:
    void waitsForNothingThatIsThere() {
        start(twice(Deferred<int>(7)));
        CPPUNIT_ASSERT_EQUAL(14, value());
    }

    void goesOnWithinTheCallThatBrings() {
        start(twice(Deferred<int>([](Executor&, const Sink<int>& sink) { sink(7); })));
        CPPUNIT_ASSERT_EQUAL(14, value());
    }

    void goesOnOnceItComes() {
        start(twice(later()));
        CPPUNIT_ASSERT_EQUAL(0, calls_);
        sink_(7);
        CPPUNIT_ASSERT_EQUAL(14, value());
    }

    void beginsOnlyOnceStarted() {
        auto operation = twice(later());
        CPPUNIT_ASSERT(!sink_);
        start(std::move(operation));
        CPPUNIT_ASSERT(sink_);
        sink_(7);
    }

    void handsTheExecutorOn() {
        Executor* seen = nullptr;
        start(twice(twice(Deferred<int>([&](Executor& executor, const Sink<int>& sink) {
            seen = &executor;
            sink(7);
        }))));
        CPPUNIT_ASSERT(seen == &executor_);
    }

    void waitsForCoroutines() {
        start(twice(twice(twice(later()))));
        CPPUNIT_ASSERT_EQUAL(0, calls_);
        sink_(7);
        CPPUNIT_ASSERT_EQUAL(56, value());
    }

    void anExceptionComesThroughTwoLevels() {
        start(twice(twice(later())));
        sink_(std::make_exception_ptr(std::runtime_error("lost")));
        CPPUNIT_ASSERT_EQUAL(std::string("lost"), failure());
    }

    void anExceptionOfItsOwnEndsIt() {
        start(twice(refused(Deferred<int>(7))));
        CPPUNIT_ASSERT_EQUAL(std::string("refused 7"), failure());
        start(twice(refused(later())));
        sink_(8);
        CPPUNIT_ASSERT_EQUAL(std::string("refused 8"), failure());
    }

    void anExceptionMayBeCaughtOnItsWay() {
        start(twice(zeroWhereRefused(refused(later()))));
        sink_(7);
        CPPUNIT_ASSERT_EQUAL(0, value());
    }

    void tellsWhateverAnOperationComesTo() {
        CPPUNIT_ASSERT_EQUAL(std::string("14"), await(told(twice(Deferred<int>(7)))));
        CPPUNIT_ASSERT_EQUAL(std::string("7"), await(told(Deferred<int>(7))));
        CPPUNIT_ASSERT_EQUAL(std::string("refused 7"), await(told(refused(Deferred<int>(7)))));
        start(twice(lengthOf(told(later()))));
        sink_(123);
        CPPUNIT_ASSERT_EQUAL(6, value());
    }

    void freesWhatIsNeverStarted() {
        auto kept = std::make_shared<int>(7);
        {
            auto operation = twice(holding(kept));
            CPPUNIT_ASSERT_EQUAL(2L, kept.use_count());
        }
        CPPUNIT_ASSERT_EQUAL(1L, kept.use_count());
    }

    // The sink may end the program's use of what the coroutine refers to.
    void freesWhatHasEndedBeforeItIsTold() {
        auto kept = std::make_shared<int>(7);
        long uses = 0;
        twice(holding(kept)).start(executor_, [&](const auto&) { uses = kept.use_count(); });
        CPPUNIT_ASSERT_EQUAL(1L, uses);
    }

    void copiesNoValue() {
        const auto moved = await(passedOn(passedOn(made())));
        CPPUNIT_ASSERT_EQUAL(0, moved.copies);
    }

    void goesOnInAnotherTurnOfTheLoop() {
        LoopExecutor loop;
        std::vector<std::thread::id> threads;
        CPPUNIT_ASSERT_EQUAL(3, await(turns(3, threads), loop));
        CPPUNIT_ASSERT(threads == std::vector(4, loop.id()));
    }

private:
    struct Counted {
        Counted() = default;
        Counted(const Counted& other) : copies(other.copies + 1) {}
        Counted(Counted&&) noexcept = default;
        Counted& operator=(const Counted&) = delete;
        Counted& operator=(Counted&&) = delete;
        ~Counted() = default;

        int copies = 0;
    };

    static Deferred<int> twice(Deferred<int> operation) {
        const int number = co_await std::move(operation);
        co_return 2 * number;
    }

    static Deferred<int> refused(Deferred<int> operation) {
        const int number = co_await std::move(operation);
        throw std::runtime_error("refused " + std::to_string(number));
    }

    static Deferred<std::string> told(Deferred<int> operation) {
        auto outcome = co_await outcomeOf(std::move(operation));
        if (const auto* value = std::get_if<int>(&outcome))
            co_return std::to_string(*value);
        try {
            co_return std::to_string(valueOf(std::move(outcome)));
        } catch (const std::runtime_error& error) {
            co_return error.what();
        }
    }

    static Deferred<int> lengthOf(Deferred<std::string> text) {
        co_return static_cast<int>((co_await std::move(text)).size());
    }

    static Deferred<int> zeroWhereRefused(Deferred<int> operation) {
        try {
            co_return co_await std::move(operation);
        } catch (const std::runtime_error&) {
            co_return 0;
        }
    }

    static Deferred<int> holding(std::shared_ptr<int> kept) { co_return *kept; }

    static Deferred<Counted> made() { co_return Counted(); }

    static Deferred<Counted> passedOn(Deferred<Counted> operation) {
        co_return co_await std::move(operation);
    }

    static Deferred<int> turns(int count, std::vector<std::thread::id>& threads) {
        int turn = 0;
        threads.push_back(std::this_thread::get_id());
        for (; turn < count; ++turn) {
            co_await Deferred<int>([](Executor& executor, const Sink<int>& sink) {
                executor.post([sink] { sink(0); });
            });
            threads.push_back(std::this_thread::get_id());
        }
        co_return turn;
    }

    // One whose outcome is what the test gives to `sink_`.
    Deferred<int> later() {
        return Deferred<int>([this](Executor&, Sink<int> sink) { sink_ = std::move(sink); });
    }

    void start(Deferred<int> operation) {
        calls_ = 0;
        std::move(operation).start(executor_, [this](Outcome<int> outcome) {
            ++calls_;
            outcome_ = std::move(outcome);
        });
    }

    int value() const {
        CPPUNIT_ASSERT_EQUAL(1, calls_);
        return valueOf(*outcome_);
    }

    std::string failure() const {
        CPPUNIT_ASSERT_EQUAL(1, calls_);
        try {
            valueOf(*outcome_);
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return "none";
    }

    InlineExecutor executor_;
    Sink<int> sink_;
    std::optional<Outcome<int>> outcome_;
    int calls_ = 0;
};

CPPUNIT_TEST_SUITE_REGISTRATION(CoroutineTest);

} // namespace kubecred::test
