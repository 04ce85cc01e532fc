#include "FakeSession.h"
#include "FixedClock.h"
#include "RecordingLogger.h"
#include "storage/SessionPool.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

namespace kubecred::test {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using storage::DatabaseState;
using storage::Fault;
using storage::SessionPool;

// What a pool of sessions makes of a database that goes away and comes back.
class DatabaseLossTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(DatabaseLossTest);
    CPPUNIT_TEST(failsAtOnceWhileDown);
    CPPUNIT_TEST(recovers);
    CPPUNIT_TEST(noticesLossWithoutTraffic);
    CPPUNIT_TEST(spacesAttempts);
    CPPUNIT_TEST(namesTheFault);
    CPPUNIT_TEST(survivesOtherExceptions);
    CPPUNIT_TEST_SUITE_END();

public:
    void failsAtOnceWhileDown() {
        database_.isDown = true;
        SessionPool pool(database_.factory(), 2, logger_, clock_);
        pool.start();
        awaitState(pool, DatabaseState::Kind::down);
        const auto began = steady_clock::now();
        for (int i = 0; i < 100; ++i)
            CPPUNIT_ASSERT(faultOf(pool, 2s) == Fault::unreachable);
        CPPUNIT_ASSERT(steady_clock::now() - began < 500ms);
        CPPUNIT_ASSERT(pool.state().lastFault == Fault::unreachable);
    }

    void recovers() {
        database_.isDown = true;
        SessionPool pool(database_.factory(), 2, logger_, clock_);
        pool.start();
        awaitState(pool, DatabaseState::Kind::down);
        database_.isDown = false;
        awaitState(pool, DatabaseState::Kind::up);
        CPPUNIT_ASSERT_NO_THROW(pool.acquire(soon()));
        CPPUNIT_ASSERT(pool.state().lastFault == Fault::unreachable);
        const auto events = logger_.events();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, events.size());
        CPPUNIT_ASSERT(events[0].level == LogLevel::warn);
        CPPUNIT_ASSERT_EQUAL(std::string("unreachable"), events[0].fields.at("error"));
        CPPUNIT_ASSERT_EQUAL(std::string("database is up"), events[1].message);
    }

    void noticesLossWithoutTraffic() {
        SessionPool pool(database_.factory(), 2, logger_, clock_);
        pool.start();
        awaitState(pool, DatabaseState::Kind::up);
        database_.isDown = true;
        awaitState(pool, DatabaseState::Kind::down);
        CPPUNIT_ASSERT_EQUAL(0, database_.sessions.load());
    }

    void spacesAttempts() {
        database_.isDown = true;
        SessionPool pool(database_.factory(), 10, logger_, clock_);
        pool.start();
        awaitState(pool, DatabaseState::Kind::down);
        for (int i = 0; i < 100; ++i) {
            faultOf(pool, 10ms);
            std::this_thread::sleep_for(2ms);
        }
        CPPUNIT_ASSERT(database_.openings <= 2);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, logger_.events().size());
    }

    void namesTheFault() {
        const auto refuse = [](Deadline) -> std::unique_ptr<storage::Session> {
            throw storage::StorageError(Fault::schemaMissing);
        };
        SessionPool pool(refuse, 2, logger_, clock_);
        pool.start();
        awaitState(pool, DatabaseState::Kind::down);
        CPPUNIT_ASSERT(faultOf(pool, 1s) == Fault::schemaMissing);
        CPPUNIT_ASSERT(logger_.events().at(0).message.find("--migrate") != std::string::npos);
    }

    void survivesOtherExceptions() {
        const auto broken = [](Deadline) -> std::unique_ptr<storage::Session> {
            throw std::runtime_error("secret");
        };
        SessionPool pool(broken, 1, logger_, clock_);
        pool.start();
        awaitState(pool, DatabaseState::Kind::down);
        CPPUNIT_ASSERT(faultOf(pool, 1s) == Fault::refused);
        for (const auto& event : logger_.events())
            for (const auto& [name, value] : event.fields)
                CPPUNIT_ASSERT(value.find("secret") == std::string::npos);
    }

private:
    static Deadline soon() { return steady_clock::now() + 1s; }

    static std::optional<Fault> faultOf(SessionPool& pool, std::chrono::milliseconds patience) {
        try {
            pool.acquire(steady_clock::now() + patience);
            return std::nullopt;
        } catch (const storage::StorageError& error) {
            return error.fault();
        }
    }

    // What a pool notices by itself, it notices within two seconds.
    static void awaitState(const SessionPool& pool, DatabaseState::Kind kind) {
        const auto deadline = steady_clock::now() + 2s;
        while (pool.state().kind != kind) {
            CPPUNIT_ASSERT_MESSAGE("not in time", steady_clock::now() < deadline);
            std::this_thread::sleep_for(1ms);
        }
    }

    FakeDatabase database_;
    RecordingLogger logger_;
    FixedClock clock_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(DatabaseLossTest);

} // namespace kubecred::test
