#include "host/logging/LogSink.h"

#include "unit/Gate.h"

#include <cppunit/extensions/HelperMacros.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>

namespace kubecred::test {

using namespace std::chrono_literals;
using host::LogSink;
using std::chrono::steady_clock;

class LogSinkTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(LogSinkTest);
    CPPUNIT_TEST(writesInOrder);
    CPPUNIT_TEST(neverWaitsForAReader);
    CPPUNIT_TEST(tellsWhatItDroppedOnceItIsRead);
    CPPUNIT_TEST(givesUpSoonAtTheEnd);
    CPPUNIT_TEST(writesWhatIsLeftAtTheEnd);
    CPPUNIT_TEST(survivesThatNobodyReads);
    CPPUNIT_TEST(doesNotWaitForAThreadThatIsStuck);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        CPPUNIT_ASSERT_EQUAL(0, pipe(pipe_.data()));
        fcntl(pipe_[1], F_SETPIPE_SZ, pipeSize);
        sink_ = std::make_unique<LogSink>(
            pipe_[1],
            [](std::uint64_t dropped) { return "dropped " + std::to_string(dropped) + "\n"; },
            capacity);
    }

    void tearDown() override {
        sink_.reset();
        close(pipe_[0]);
        close(pipe_[1]);
    }

    void writesInOrder() {
        std::string all;
        for (int i = 0; i < 100; ++i) {
            sink_->write("line " + std::to_string(i) + "\n");
            all += "line " + std::to_string(i) + "\n";
        }
        CPPUNIT_ASSERT_EQUAL(all, read(all.size()));
    }

    // The pipe takes a page, the sink its capacity twice over at most; nobody reads.
    void neverWaitsForAReader() {
        const auto began = steady_clock::now();
        fillUp();
        CPPUNIT_ASSERT(steady_clock::now() - began < 1s);
    }

    void tellsWhatItDroppedOnceItIsRead() {
        const int written = fillUp();
        int told = 0;
        int dropped = 0;
        while (told < written) {
            const std::string next = readLine();
            const int count = next.starts_with("dropped ") ? std::stoi(next.substr(8)) : 0;
            dropped += count;
            told += count > 0 ? count : 1;
        }
        CPPUNIT_ASSERT_EQUAL(written, told);
        CPPUNIT_ASSERT(dropped > 0);
        sink_->write("after\n");
        CPPUNIT_ASSERT_EQUAL(std::string("after\n"), read(6));
    }

    void givesUpSoonAtTheEnd() {
        fillUp();
        const auto began = steady_clock::now();
        sink_.reset();
        CPPUNIT_ASSERT(steady_clock::now() - began < 3s);
    }

    void writesWhatIsLeftAtTheEnd() {
        std::string written;
        for (int i = 0; i < 100; ++i) {
            const std::string next = std::to_string(i) + line();
            sink_->write(next);
            written += next;
        }
        CPPUNIT_ASSERT(written.size() > pipeSize); // so that the end waits for the reader
        std::string have;
        std::thread reader([&] { have = readToEnd(); });
        sink_.reset();
        close(std::exchange(pipe_[1], -1));
        reader.join();
        CPPUNIT_ASSERT_EQUAL(written, have);
    }

    void survivesThatNobodyReads() {
        close(pipe_[0]);
        for (int i = 0; i < 100; ++i) {
            sink_->write(line());
            std::this_thread::sleep_for(1ms);
        }
        const auto began = steady_clock::now();
        sink_.reset();
        CPPUNIT_ASSERT(steady_clock::now() - began < 400ms);
        pipe_[0] = open("/dev/null", O_RDONLY);
    }

    // As in a write to a disk that does not answer.
    void doesNotWaitForAThreadThatIsStuck() {
        Gate gate;
        sink_ = std::make_unique<LogSink>(
            pipe_[1],
            [&](std::uint64_t) {
                gate.pass();
                return std::string();
            },
            capacity);
        fillUp();
        std::thread reader([this] { read(capacity); });
        const bool isStuck = gate.sees(1);
        const auto began = steady_clock::now();
        const bool isOver = sink_->finish();
        const auto took = steady_clock::now() - began;
        gate.open();
        sink_.reset();
        reader.join();
        CPPUNIT_ASSERT(isStuck && !isOver);
        CPPUNIT_ASSERT(took < 3s);
    }

private:
    std::string readLine() {
        std::string line;
        while (!line.ends_with('\n'))
            line += read(1);
        return line;
    }

    static constexpr std::size_t capacity = 20000;
    static constexpr int pipeSize = 4096;

    static std::string line() { return std::string(99, 'x') + "\n"; }

    // Writes more than all buffers hold; returns how many lines.
    int fillUp() {
        for (int i = 0; i < 1000; ++i)
            sink_->write(line());
        return 1000;
    }

    std::string read(std::size_t count) {
        std::string text(count, '\0');
        std::size_t have = 0;
        while (have < count) {
            const auto bytes = ::read(pipe_[0], text.data() + have, count - have);
            CPPUNIT_ASSERT(bytes > 0);
            have += static_cast<std::size_t>(bytes);
        }
        return text;
    }

    // All that comes until nobody writes any more; asserts nothing, for another thread than the
    // test's.
    std::string readToEnd() {
        std::string text;
        std::array<char, 1000> buffer{};
        for (;;) {
            const auto bytes = ::read(pipe_[0], buffer.data(), buffer.size());
            if (bytes <= 0)
                return text;
            text.append(buffer.data(), static_cast<std::size_t>(bytes));
        }
    }

    std::array<int, 2> pipe_{};
    std::unique_ptr<LogSink> sink_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(LogSinkTest);

} // namespace kubecred::test
