#include "http/connection/ConnectionCount.h"

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace kubecred::test {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

class ConnectionCountTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ConnectionCountTest);
    CPPUNIT_TEST(letsInAsManyAsItMay);
    CPPUNIT_TEST(letsNobodyInTwice);
    CPPUNIT_TEST(waitsNoLongerThanItHasTo);
    CPPUNIT_TEST(losesPatience);
    CPPUNIT_TEST_SUITE_END();

public:
    void letsInAsManyAsItMay() {
        http::ConnectionCount count(2);
        CPPUNIT_ASSERT(count.tryAdd());
        CPPUNIT_ASSERT(count.tryAdd());
        CPPUNIT_ASSERT(!count.tryAdd());
        count.remove();
        CPPUNIT_ASSERT(count.tryAdd());
        CPPUNIT_ASSERT(!count.tryAdd());
        CPPUNIT_ASSERT(!http::ConnectionCount(0).tryAdd());
    }

    void letsNobodyInTwice() {
        http::ConnectionCount count(100);
        std::atomic<int> added = 0;
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] {
                for (int attempt = 0; attempt < 1000; ++attempt)
                    added += count.tryAdd() ? 1 : 0;
            });
        for (auto& thread : threads)
            thread.join();
        CPPUNIT_ASSERT_EQUAL(100, added.load());
    }

    void waitsNoLongerThanItHasTo() {
        http::ConnectionCount count(2);
        CPPUNIT_ASSERT(count.waitUntilNone(std::chrono::steady_clock::now() + 0ms));
        count.tryAdd();
        count.tryAdd();
        std::thread leaving([&] {
            count.remove();
            std::this_thread::sleep_for(20ms);
            count.remove();
        });
        const auto began = steady_clock::now();
        const bool isNone = count.waitUntilNone(std::chrono::steady_clock::now() + 10s);
        leaving.join();
        CPPUNIT_ASSERT(isNone);
        CPPUNIT_ASSERT(steady_clock::now() - began < 5s);
    }

    void losesPatience() {
        http::ConnectionCount count(1);
        count.tryAdd();
        const auto began = steady_clock::now();
        CPPUNIT_ASSERT(!count.waitUntilNone(std::chrono::steady_clock::now() + 20ms));
        CPPUNIT_ASSERT(steady_clock::now() - began >= 20ms);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ConnectionCountTest);

} // namespace kubecred::test
