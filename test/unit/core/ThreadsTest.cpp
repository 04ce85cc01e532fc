#include "kubecred/Threads.h"

#include "support/Eventually.h"
#include "unit/Gate.h"

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <thread>
#include <vector>

namespace kubecred::test {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

class ThreadsTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ThreadsTest);
    CPPUNIT_TEST(joinsWhatHasEnded);
    CPPUNIT_TEST(joinsNoThreadThatDoesNotEnd);
    CPPUNIT_TEST(waitsAtItsOwnEnd);
    CPPUNIT_TEST(countsThoseThatHaveNotEnded);
    CPPUNIT_TEST(takesThemFromSeveralThreads);
    CPPUNIT_TEST_SUITE_END();

public:
    void joinsWhatHasEnded() {
        Threads threads;
        CPPUNIT_ASSERT(threads.join(steady_clock::now()));
        for (int round = 1; round <= 2; ++round) {
            for (int i = 0; i < 4; ++i)
                threads.add([this] { ++done_; });
            CPPUNIT_ASSERT(threads.join(Deadline::max()));
            CPPUNIT_ASSERT_EQUAL(4 * round, done_.load());
        }
    }

    void joinsNoThreadThatDoesNotEnd() {
        Threads threads;
        threads.add([this] { gate_.pass(); });
        threads.add([this] { ++done_; });
        const auto began = steady_clock::now();
        CPPUNIT_ASSERT(!threads.join(began + 50ms));
        CPPUNIT_ASSERT(steady_clock::now() - began < 2s);
        gate_.open();
        CPPUNIT_ASSERT(threads.join(Deadline::max()));
    }

    void waitsAtItsOwnEnd() {
        {
            Threads threads;
            threads.add([this] {
                gate_.pass();
                ++done_;
            });
            CPPUNIT_ASSERT(gate_.sees(1));
            gate_.open();
        }
        CPPUNIT_ASSERT_EQUAL(1, done_.load());
    }

    void countsThoseThatHaveNotEnded() {
        Threads threads;
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, threads.running());
        threads.add([this] { gate_.pass(); });
        threads.add([this] { gate_.pass(); });
        threads.add([] {});
        CPPUNIT_ASSERT(eventually([&] { return threads.running() == 2; }));
        gate_.open();
        CPPUNIT_ASSERT(eventually([&] { return threads.running() == 0; }));
        CPPUNIT_ASSERT(threads.join(steady_clock::now()));
    }

    void takesThemFromSeveralThreads() {
        Threads threads;
        std::vector<std::thread> adding;
        for (int i = 0; i < 4; ++i)
            adding.emplace_back([&] {
                for (int j = 0; j < 100; ++j)
                    threads.add([this] { ++done_; });
            });
        threads.join(steady_clock::now() + 1ms); // beside them
        for (auto& thread : adding)
            thread.join();
        CPPUNIT_ASSERT(threads.join(Deadline::max()));
        CPPUNIT_ASSERT_EQUAL(400, done_.load());
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, threads.running());
    }

private:
    Gate gate_;
    std::atomic<int> done_ = 0;
};

CPPUNIT_TEST_SUITE_REGISTRATION(ThreadsTest);

} // namespace kubecred::test
