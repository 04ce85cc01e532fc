#include "host/logging/JsonLogger.h"

#include "kubecred/json/Document.h"
#include "unit/FixedClock.h"

#include <cppunit/extensions/HelperMacros.h>

#include <unistd.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

namespace kubecred::test {

using host::JsonLogger;

class JsonLoggerTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(JsonLoggerTest);
    CPPUNIT_TEST(writesOneObjectALine);
    CPPUNIT_TEST(escapesWhatWouldBreakTheLine);
    CPPUNIT_TEST(namesLevels);
    CPPUNIT_TEST(leavesOutWhatIsBelowItsLevel);
    CPPUNIT_TEST(linesOfThreadsDoNotMix);
    CPPUNIT_TEST(survivesThatNobodyReads);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override { CPPUNIT_ASSERT_EQUAL(0, pipe(pipe_.data())); }

    void tearDown() override {
        close(pipe_[0]);
        close(pipe_[1]);
    }

    void writesOneObjectALine() {
        logger(LogLevel::info)
            .log(LogLevel::info, "request",
                 {{"route", "/health"},
                  {"status", std::int64_t{200}},
                  {"durationMs", 1.23456789},
                  {"other", 0.0}});
        CPPUNIT_ASSERT_EQUAL(
            std::string(R"({"timestamp":"2026-01-31T09:05:00.042Z","level":"info",)"
                        R"("message":"request","service":"service-1","workerId":"worker-1",)"
                        R"("route":"/health","status":200,"durationMs":1.235,"other":0})"
                        "\n"),
            written());
    }

    void escapesWhatWouldBreakTheLine() {
        const std::string text = "a\nb\r\"\\\t\x01 {\"level\":\"error\"}";
        logger(LogLevel::info).log(LogLevel::info, text, {{"field", std::string_view(text)}});
        const std::string line = written();
        CPPUNIT_ASSERT_EQUAL(line.size() - 1, line.find('\n'));
        CPPUNIT_ASSERT_EQUAL(text, member(line, "message"));
        CPPUNIT_ASSERT_EQUAL(text, member(line, "field"));
        CPPUNIT_ASSERT_EQUAL(std::string("info"), member(line, "level"));
    }

    void namesLevels() {
        const std::vector<std::pair<LogLevel, std::string>> levels{{LogLevel::error, "error"},
                                                                   {LogLevel::warn, "warn"},
                                                                   {LogLevel::info, "info"},
                                                                   {LogLevel::debug, "debug"}};
        for (const auto& [level, name] : levels) {
            logger(LogLevel::debug).log(level, "m");
            CPPUNIT_ASSERT_EQUAL(name, member(written(), "level"));
        }
    }

    void leavesOutWhatIsBelowItsLevel() {
        auto warn = logger(LogLevel::warn);
        CPPUNIT_ASSERT(warn.enabled(LogLevel::error) && warn.enabled(LogLevel::warn));
        CPPUNIT_ASSERT(!warn.enabled(LogLevel::info) && !warn.enabled(LogLevel::debug));
        warn.log(LogLevel::info, "left out");
        warn.log(LogLevel::warn, "written");
        CPPUNIT_ASSERT_EQUAL(std::string("written"), member(written(), "message"));
    }

    void linesOfThreadsDoNotMix() {
        {
            auto shared = logger(LogLevel::info);
            std::vector<std::thread> threads;
            for (int i = 0; i < 4; ++i)
                threads.emplace_back([&] {
                    for (int j = 0; j < 50; ++j)
                        shared.log(LogLevel::info, "message");
                });
            for (auto& thread : threads)
                thread.join();
        } // its end waits until all is written
        std::string text = written();
        int lines = 0;
        for (; !text.empty(); ++lines) {
            const auto end = text.find('\n') + 1;
            json::parse(text.substr(0, end));
            text.erase(0, end);
        }
        CPPUNIT_ASSERT_EQUAL(200, lines);
    }

    void survivesThatNobodyReads() {
        JsonLogger closed(-1, LogLevel::info, "service-1", "worker-1", clock_);
        for (int i = 0; i < 3; ++i)
            closed.log(LogLevel::info, "lost");
        CPPUNIT_ASSERT(closed.finish());
    }

private:
    JsonLogger logger(LogLevel level) const {
        return {pipe_[1], level, "service-1", "worker-1", clock_};
    }

    static std::string member(const std::string& line, std::string_view name) {
        const auto document = json::parse(line);
        return std::string(document.root().find(name)->asString().value());
    }

    // What came out so far. At least one line must have.
    std::string written() const {
        std::array<char, 65536> buffer;
        const auto count = read(pipe_[0], buffer.data(), buffer.size());
        CPPUNIT_ASSERT(count > 0);
        return {buffer.data(), static_cast<std::size_t>(count)};
    }

    FixedClock clock_;
    std::array<int, 2> pipe_{};
};

CPPUNIT_TEST_SUITE_REGISTRATION(JsonLoggerTest);

} // namespace kubecred::test
