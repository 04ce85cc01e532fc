#include "storage/migrating/Once.h"

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

namespace kubecred::test {

using namespace std::chrono_literals;

class OnceTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(OnceTest);
    CPPUNIT_TEST(runsOnceForAll);
    CPPUNIT_TEST(runsAgainAfterAFailure);
    CPPUNIT_TEST(waitsNoLongerThanItMay);
    CPPUNIT_TEST_SUITE_END();

public:
    void runsOnceForAll() {
        std::atomic<int> runs{0};
        std::vector<std::thread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&] { once_.run(in(10s), [&] { ++runs; }); });
        for (auto& thread : threads)
            thread.join();
        CPPUNIT_ASSERT_EQUAL(1, runs.load());
    }

    void runsAgainAfterAFailure() {
        CPPUNIT_ASSERT_THROW(once_.run(in(1s), [] { throw std::runtime_error("not yet"); }),
                             std::runtime_error);
        int runs = 0;
        once_.run(in(1s), [&] { ++runs; });
        once_.run(in(1s), [&] { ++runs; });
        CPPUNIT_ASSERT_EQUAL(1, runs);
    }

    void waitsNoLongerThanItMay() {
        std::atomic<bool> enough{false};
        std::atomic<bool> begun{false};
        std::thread slow([&] {
            once_.run(in(10s), [&] {
                begun = true;
                while (!enough)
                    std::this_thread::sleep_for(1ms);
            });
        });
        while (!begun)
            std::this_thread::sleep_for(1ms);
        CPPUNIT_ASSERT_THROW(once_.run(in(20ms), [] {}), storage::StorageError);
        enough = true;
        slow.join();
    }

private:
    static Deadline in(std::chrono::milliseconds time) {
        return std::chrono::steady_clock::now() + time;
    }

    storage::Once once_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(OnceTest);

} // namespace kubecred::test
