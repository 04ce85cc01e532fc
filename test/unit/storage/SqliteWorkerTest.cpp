#include "storage/sessions/sqlite/SqliteWorker.h"

#include "storage/sessions/Waiting.h"
#include "support/Eventually.h"
#include "support/TemporaryDirectory.h"
#include "unit/Gate.h"

#include <cppunit/extensions/HelperMacros.h>

#include <poll.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

namespace kubecred::test {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using storage::Fault;
using storage::Result;
using storage::SqliteConnection;
using storage::SqliteWorker;

class SqliteWorkerTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(SqliteWorkerTest);
    CPPUNIT_TEST(doesOneTaskAfterTheOther);
    CPPUNIT_TEST(hasNoAnswerBeforeItsTime);
    CPPUNIT_TEST(throwsWhatEndedATask);
    CPPUNIT_TEST(aFileThatCannotBeOpenedIsAnAnswer);
    CPPUNIT_TEST(isLeftToItselfWhileATaskHangs);
    CPPUNIT_TEST(endsWithoutATask);
    CPPUNIT_TEST_SUITE_END();

public:
    void tearDown() override { gate_.open(); }

    void doesOneTaskAfterTheOther() {
        SqliteWorker worker(path(), soon(), threads_);
        for (std::int64_t number = 1; number <= 3; ++number) {
            worker.begin(selecting(number));
            const auto rows = waitFor(worker);
            CPPUNIT_ASSERT_EQUAL(std::size_t{1}, rows->count());
            CPPUNIT_ASSERT_EQUAL(number, rows->integer(0, 0));
            CPPUNIT_ASSERT(worker.usable());
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, threads_.running());
    }

    void hasNoAnswerBeforeItsTime() {
        SqliteWorker worker(path(), soon(), threads_);
        worker.begin(hanging());
        CPPUNIT_ASSERT(gate_.sees(1));
        CPPUNIT_ASSERT(!worker.proceed());
        CPPUNIT_ASSERT(!worker.usable());
        CPPUNIT_ASSERT(!isReadable(worker, 20ms));
        gate_.open();
        CPPUNIT_ASSERT(waitFor(worker));
        CPPUNIT_ASSERT(worker.usable());
        CPPUNIT_ASSERT(!isReadable(worker, 20ms)); // what was told is told once
        CPPUNIT_ASSERT(!worker.proceed());
    }

    void throwsWhatEndedATask() {
        SqliteWorker worker(path(), soon(), threads_);
        worker.begin([](SqliteConnection&) -> Result { throw std::runtime_error("lost"); });
        CPPUNIT_ASSERT_THROW(waitFor(worker), std::runtime_error);
        CPPUNIT_ASSERT(worker.usable());
        worker.begin(selecting(1));
        CPPUNIT_ASSERT(waitFor(worker));
    }

    void aFileThatCannotBeOpenedIsAnAnswer() {
        SqliteWorker worker("/proc/credentials.db", soon(), threads_);
        worker.begin(selecting(1));
        CPPUNIT_ASSERT_THROW(waitFor(worker), storage::StorageError);
        CPPUNIT_ASSERT(!worker.usable());
    }

    // Whoever gives it up does not wait, and the thread ends once it can.
    void isLeftToItselfWhileATaskHangs() {
        auto worker = std::make_unique<SqliteWorker>(path(), soon(), threads_);
        worker->begin(hanging());
        CPPUNIT_ASSERT(gate_.sees(1));
        const auto began = steady_clock::now();
        worker.reset();
        CPPUNIT_ASSERT(steady_clock::now() - began < 1s);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, threads_.running());
        CPPUNIT_ASSERT(!threads_.join(steady_clock::now() + 20ms));
        gate_.open();
        CPPUNIT_ASSERT(eventually([&] { return threads_.running() == 0; }));
    }

    void endsWithoutATask() {
        { const SqliteWorker worker(path(), soon(), threads_); }
        CPPUNIT_ASSERT(eventually([&] { return threads_.running() == 0; }));
    }

private:
    static Deadline soon() { return steady_clock::now() + 5s; }

    std::string path() const { return directory_.path() / "credentials.db"; }

    static SqliteWorker::Task selecting(std::int64_t number) {
        return [number](SqliteConnection& connection) {
            const storage::SqliteValue value(number);
            return std::make_unique<storage::SqliteRows>(
                connection.run("SELECT ?1", std::span(&value, 1)));
        };
    }

    SqliteWorker::Task hanging() {
        return [this, then = selecting(1)](SqliteConnection& connection) {
            gate_.pass();
            return then(connection);
        };
    }

    static bool isReadable(const SqliteWorker& worker, std::chrono::milliseconds patience) {
        return storage::awaitDescriptor(worker.descriptor(), POLLIN,
                                        steady_clock::now() + patience);
    }

    static Result waitFor(SqliteWorker& worker) {
        CPPUNIT_ASSERT(isReadable(worker, 5s));
        auto result = worker.proceed();
        CPPUNIT_ASSERT(result);
        return *std::move(result);
    }

    TemporaryDirectory directory_;
    Gate gate_;
    Threads threads_; // last: its threads use the others
};

CPPUNIT_TEST_SUITE_REGISTRATION(SqliteWorkerTest);

} // namespace kubecred::test
