#include "faults/Crowd.h"
#include "faults/FaultScenario.h"
#include "faults/LogPipe.h"
#include "support/SmallFileSystem.h"

#include <signal.h>

#include <thread>

namespace kubecred::test {

/// Standard output that takes nothing: the log suffers, the requests do not.
class LogFaults : public FaultScenario {
    CPPUNIT_TEST_SUITE(LogFaults);
    CPPUNIT_TEST(nobodyReads);
    CPPUNIT_TEST(endsWhileNobodyReads);
    CPPUNIT_TEST(readerGone);
    CPPUNIT_TEST(closed);
    CPPUNIT_TEST(diskFull);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        const auto folder = directory_.path() / "small";
        std::filesystem::create_directory(folder);
        disk_ = std::make_unique<SmallFileSystem>(folder, 16);
        FaultScenario::setUp();
        tolerance_.lostLogLines = true;
    }

    void tearDown() override {
        FaultScenario::tearDown();
        disk_.reset();
    }

    void nobodyReads() {
        LogPipe pipe(directory_.path() / "pipe");
        Daemon& worker = start({properties_, {}, {}, {}, pipe.path()});
        underLoad("nobody reads the log", [&](Load& load) {
            const auto before = throughput(load);
            talk(worker);
            assertThroughput(load, before, margin);
        });
        CPPUNIT_ASSERT(pipe.readUntil("\"dropped\":", std::chrono::seconds(10)));
        CPPUNIT_ASSERT_EQUAL(
            200,
            request(worker.port(), "GET", "/health", {}, {"X-Request-Id: the-log-goes-on"}).status);
        CPPUNIT_ASSERT(pipe.readUntil("the-log-goes-on", std::chrono::seconds(10)));
    }

    void endsWhileNobodyReads() {
        LogPipe pipe(directory_.path() / "pipe");
        Daemon& worker = start({properties_, {}, {}, {}, pipe.path()});
        {
            Load load(*ledger_, {worker.port()}, clients_);
            load.waitForIssued(50);
            talk(worker);
            worker.process().signal(SIGTERM);
            const auto ended = worker.process().wait(std::chrono::milliseconds(2500 * margin));
            CPPUNIT_ASSERT_EQUAL(0, ended.value_or(-1));
        }
        conclude("SIGTERM while nobody reads the log");
    }

    void readerGone() {
        LogPipe pipe(directory_.path() / "pipe");
        start({properties_, {}, {}, {}, pipe.path()});
        underLoad("the log's reader is gone", [&](Load& load) {
            pipe.close();
            load.waitForIssued(load.issued() + rounds(200, 5000));
        });
    }

    // The next file or socket that a program opens takes the place of a closed standard output.
    void closed() {
        Daemon& worker =
            start({properties_, {}, {}, {"sh", "-c", "exec \"$@\" >&-", "sh"}, "/dev/null"});
        underLoad("standard output closed", [&](Load& load) {
            load.waitForIssued(load.issued() + rounds(200, 5000));
            std::error_code none;
            const auto output = std::filesystem::read_symlink(
                "/proc/" + std::to_string(worker.process().id()) + "/fd/1", none);
            CPPUNIT_ASSERT_MESSAGE("the log goes to " + output.string(),
                                   none || output == "/dev/null");
        });
    }

    void diskFull() {
        const auto file = directory_.path() / "small" / "log";
        Daemon& worker = start({properties_, {}, {}, {}, file});
        underLoad("the log's disk full", [&](Load& load) {
            disk_->fill();
            talk(worker);
            load.waitForIssued(load.issued() + rounds(100, 5000));
            writeFile(file, ""); // as who rotates it does
            disk_->free();
        });
        const auto end = nowMs() + mostRecoveryMs * margin;
        while (readFile(file).find("\"dropped\":") == std::string::npos) {
            CPPUNIT_ASSERT_MESSAGE("the log did not come back", nowMs() < end);
            request(worker.port(), "GET", "/health");
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
    }

private:
    Daemon& start(const DaemonOptions& options) {
        workers_.push_back(std::make_unique<Daemon>(options));
        workers_.back()->waitForStatus("healthy");
        return *workers_.back();
    }

    // More than the log holds, pipes included, in a short time.
    static void talk(const Daemon& worker) {
        const std::string id(128, 'x');
        std::string bytes;
        for (int i = 0; i < 500; ++i)
            bytes += requestBytes("GET", "/health", {}, {"X-Request-Id: " + id});
        bytes += requestBytes("GET", "/health", {}, {"Connection: close"});
        for (int i = 0; i < 40; ++i) {
            RawConnection connection(worker.port());
            connection.send(bytes);
            connection.receiveUntilClosed();
        }
    }

    std::unique_ptr<SmallFileSystem> disk_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(LogFaults);

} // namespace kubecred::test
