#include "kubecred/Resolver.h"

#include "support/Eventually.h"
#include "unit/Gate.h"

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>

namespace kubecred::test {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using Addresses = Resolver::Addresses;

class ResolverTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ResolverTest);
    CPPUNIT_TEST(asksTheSystem);
    CPPUNIT_TEST(asksNobodyForAnAddress);
    CPPUNIT_TEST(knowsWhatHasNoAddress);
    CPPUNIT_TEST(waitsNoLongerThanTheDeadline);
    CPPUNIT_TEST(joinsALookUpUnderWay);
    CPPUNIT_TEST(asksAgainOnceALookUpIsOver);
    CPPUNIT_TEST(asksForFewNamesAtOnce);
    CPPUNIT_TEST(mayGoWhileALookUpIsUnderWay);
    CPPUNIT_TEST(sharesTimeFairly);
    CPPUNIT_TEST_SUITE_END();

public:
    void asksTheSystem() {
        const auto addresses = Resolver().resolve("localhost", in(5s));
        CPPUNIT_ASSERT(addresses && !addresses->empty());
        for (const auto& address : *addresses)
            CPPUNIT_ASSERT_MESSAGE(address, address == "127.0.0.1" || address == "::1");
    }

    void asksNobodyForAnAddress() {
        for (const char* address : {"127.0.0.1", "192.0.2.1", "::1", "2001:db8::1"})
            CPPUNIT_ASSERT(resolver_.resolve(address, {}) == Addresses{address});
        CPPUNIT_ASSERT_EQUAL(0, asked_->load());
    }

    void knowsWhatHasNoAddress() {
        const Resolver resolver([](const std::string&) { return Addresses(); });
        CPPUNIT_ASSERT(resolver.resolve("nowhere", in(5s)) == Addresses());
    }

    void waitsNoLongerThanTheDeadline() {
        const auto began = steady_clock::now();
        CPPUNIT_ASSERT(!resolver_.resolve("slow", in(50ms)));
        const auto took = steady_clock::now() - began;
        CPPUNIT_ASSERT(took >= 50ms);
        CPPUNIT_ASSERT(took < 2s);
    }

    void joinsALookUpUnderWay() {
        CPPUNIT_ASSERT(!resolver_.resolve("slow", in(1ms)));
        auto second = std::async(std::launch::async,
                                 [copy = resolver_] { return copy.resolve("slow", in(4s)); });
        CPPUNIT_ASSERT(!resolver_.resolve("slow", in(20ms)));
        gate_->open();
        CPPUNIT_ASSERT(second.get() == Addresses{"192.0.2.7"});
        CPPUNIT_ASSERT_EQUAL(1, asked_->load());
    }

    void asksAgainOnceALookUpIsOver() {
        gate_->open();
        for (int i = 1; i <= 3; ++i) {
            CPPUNIT_ASSERT(resolver_.resolve("slow", in(4s)) == Addresses{"192.0.2.7"});
            CPPUNIT_ASSERT_EQUAL(i, asked_->load());
        }
    }

    void asksForFewNamesAtOnce() {
        const int most = Resolver::mostUnderWay;
        for (int i = 0; i < most; ++i)
            CPPUNIT_ASSERT(!resolver_.resolve("slow" + std::to_string(i), in(1ms)));
        CPPUNIT_ASSERT(eventually([&] { return asked_->load() == most; }));
        const auto began = steady_clock::now();
        CPPUNIT_ASSERT(!resolver_.resolve("one more", in(10s)));
        CPPUNIT_ASSERT(steady_clock::now() - began < 4s);
        CPPUNIT_ASSERT_EQUAL(most, asked_->load());
    }

    void mayGoWhileALookUpIsUnderWay() {
        CPPUNIT_ASSERT(!slow().resolve("slow", in(1ms)));
        CPPUNIT_ASSERT(gate_->sees(1));
        gate_->open(); // what the look-up then writes to must still be there
        CPPUNIT_ASSERT(eventually([&] { return left_->load() == 1; }));
    }

    void sharesTimeFairly() {
        const auto now = steady_clock::now();
        CPPUNIT_ASSERT(shareOf(now + 4s, 1) == now + 4s);
        const auto quarter = shareOf(now + 4s, 4);
        CPPUNIT_ASSERT(quarter >= now + 1s && quarter < now + 2s);
        CPPUNIT_ASSERT(shareOf(now - 1s, 2) >= now);
    }

private:
    static Deadline in(std::chrono::milliseconds time) { return steady_clock::now() + time; }

    // Its look-ups outlive the test where they have to wait.
    Resolver slow() const {
        return Resolver([gate = gate_, asked = asked_, left = left_](const std::string&) {
            ++*asked;
            gate->pass();
            ++*left;
            return Addresses{"192.0.2.7"};
        });
    }

    const std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
    const std::shared_ptr<std::atomic<int>> asked_ = std::make_shared<std::atomic<int>>(0);
    const std::shared_ptr<std::atomic<int>> left_ = std::make_shared<std::atomic<int>>(0);
    const Resolver resolver_ = slow();
};

CPPUNIT_TEST_SUITE_REGISTRATION(ResolverTest);

} // namespace kubecred::test
