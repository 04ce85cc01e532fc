#include "BatcherFixture.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace kubecred::test {

using namespace std::chrono_literals;
using storage::DatabaseState;
using storage::Fault;

// What a pool of sessions makes of a database that goes away and comes back.
class DatabaseLossTest : public BatcherFixture {
    CPPUNIT_TEST_SUITE(DatabaseLossTest);
    CPPUNIT_TEST(failsAtOnceWhileDown);
    CPPUNIT_TEST(failsWhatWaitsOnceItIsDown);
    CPPUNIT_TEST(recovers);
    CPPUNIT_TEST(noticesLossWithoutTraffic);
    CPPUNIT_TEST(spacesAttempts);
    CPPUNIT_TEST(namesTheFault);
    CPPUNIT_TEST(survivesOtherExceptions);
    CPPUNIT_TEST(worksWithAsManySessionsAsThereAre);
    CPPUNIT_TEST_SUITE_END();

public:
    void failsAtOnceWhileDown() {
        database_.isDown = true;
        make(2);
        pool_->start();
        awaitState(DatabaseState::Kind::down);
        for (int i = 0; i < 100; ++i) {
            auto job = submit(1);
            CPPUNIT_ASSERT_EQUAL(std::string("database unreachable"), failureOf(job));
        }
    }

    void failsWhatWaitsOnceItIsDown() {
        database_.isDown = true;
        make(2);
        auto early = submit(1);
        pool_->start();
        CPPUNIT_ASSERT_EQUAL(std::string("database unreachable"), failureOf(early));
    }

    void recovers() {
        database_.isDown = true;
        make(2);
        pool_->start();
        awaitState(DatabaseState::Kind::down);
        database_.isDown = false;
        awaitState(DatabaseState::Kind::up);
        CPPUNIT_ASSERT_EQUAL(10, submit(1).get());
        CPPUNIT_ASSERT(breaker_.state().lastFault == Fault::unreachable);
        const auto events = awaitEvents(2);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, events.size());
        CPPUNIT_ASSERT(events[0].level == LogLevel::warn);
        CPPUNIT_ASSERT_EQUAL(std::string("database is up"), events[1].message);
    }

    void noticesLossWithoutTraffic() {
        make(2);
        pool_->start();
        awaitSessions(2);
        database_.isDown = true;
        awaitState(DatabaseState::Kind::down);
        CPPUNIT_ASSERT_EQUAL(0, database_.sessions.load());
    }

    void spacesAttempts() {
        database_.isDown = true;
        make(2);
        pool_->start();
        awaitState(DatabaseState::Kind::down);
        for (int i = 0; i < 100; ++i) {
            submit(1);
            std::this_thread::sleep_for(2ms);
        }
        CPPUNIT_ASSERT(database_.openings <= 4);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, logger_.events().size());
    }

    void namesTheFault() {
        make(2, [](storage::Role, Deadline) -> std::unique_ptr<storage::Session> {
            throw storage::StorageError(Fault::schemaMissing);
        });
        pool_->start();
        awaitState(DatabaseState::Kind::down);
        auto job = submit(1);
        CPPUNIT_ASSERT_EQUAL(std::string("database schema missing"), failureOf(job));
        CPPUNIT_ASSERT(awaitEvents(1).at(0).message.find("--migrate") != std::string::npos);
    }

    void survivesOtherExceptions() {
        make(1, [](storage::Role, Deadline) -> std::unique_ptr<storage::Session> {
            throw std::runtime_error("secret");
        });
        pool_->start();
        awaitState(DatabaseState::Kind::down);
        auto job = submit(1);
        CPPUNIT_ASSERT_EQUAL(std::string("database refused"), failureOf(job));
        for (const auto& event : logger_.events())
            for (const auto& [name, value] : event.fields)
                CPPUNIT_ASSERT(value.find("secret") == std::string::npos);
    }

    // As where a server lets no more of them in.
    void worksWithAsManySessionsAsThereAre() {
        make(3, [this, open = database_.factory()](storage::Role role, Deadline deadline) {
            if (database_.openings >= 1)
                throw storage::StorageError(Fault::tooManyConnections);
            return open(role, deadline);
        });
        pool_->start();
        CPPUNIT_ASSERT(
            eventually([&] { return breaker_.state().lastFault == Fault::tooManyConnections; }));
        for (int i = 0; i < 10; ++i)
            CPPUNIT_ASSERT_EQUAL(10, submit(1).get());
        CPPUNIT_ASSERT(breaker_.state().kind == DatabaseState::Kind::up);
    }

private:
    // A change is logged shortly after it shows.
    std::vector<RecordingLogger::Event> awaitEvents(std::size_t count) {
        CPPUNIT_ASSERT(eventually([&] { return logger_.events().size() >= count; }));
        return logger_.events();
    }

    // What a pool notices by itself, it notices within two seconds.
    void awaitState(DatabaseState::Kind kind) {
        CPPUNIT_ASSERT(eventually([&] { return breaker_.state().kind == kind; }, 2s));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(DatabaseLossTest);

} // namespace kubecred::test
