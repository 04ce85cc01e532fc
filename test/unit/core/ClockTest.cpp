#include "kubecred/Clock.h"

#include <cppunit/extensions/HelperMacros.h>

#include <cstdint>
#include <limits>
#include <string>

namespace kubecred::test {

class ClockTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ClockTest);
    CPPUNIT_TEST(writesAndReadsIso8601);
    CPPUNIT_TEST(clampsWhatFourDigitsCannotSay);
    CPPUNIT_TEST(readsNothingElse);
    CPPUNIT_TEST(theMachinesClockGoes);
    CPPUNIT_TEST_SUITE_END();

public:
    void writesAndReadsIso8601() {
        const struct {
            std::int64_t milliseconds;
            std::string text;
        } cases[] = {
            {0, "1970-01-01T00:00:00.000Z"},
            {1, "1970-01-01T00:00:00.001Z"},
            {-1, "1969-12-31T23:59:59.999Z"},
            {1769850300042, "2026-01-31T09:05:00.042Z"},
            {951782399999, "2000-02-28T23:59:59.999Z"},
            {951782400000, "2000-02-29T00:00:00.000Z"},
            {4107542400000, "2100-03-01T00:00:00.000Z"},
            {253402300799999, "9999-12-31T23:59:59.999Z"},
            {-62135596800000, "0001-01-01T00:00:00.000Z"},
        };
        for (const auto& [milliseconds, text] : cases) {
            const Timestamp time{std::chrono::milliseconds(milliseconds)};
            CPPUNIT_ASSERT_EQUAL(text, toIso8601(time));
            CPPUNIT_ASSERT_MESSAGE(text, parseIso8601(text) == time);
        }
    }

    void clampsWhatFourDigitsCannotSay() {
        using Limits = std::numeric_limits<std::int64_t>;
        const struct {
            std::int64_t milliseconds;
            std::string text;
        } cases[] = {
            {-62135596800001, "0001-01-01T00:00:00.000Z"},
            {-62198755200000, "0001-01-01T00:00:00.000Z"}, // 1 BC
            {Limits::min(), "0001-01-01T00:00:00.000Z"},
            {Limits::min() / 1000, "0001-01-01T00:00:00.000Z"},
            {253402300800000, "9999-12-31T23:59:59.999Z"},
            {Limits::max() / 1000, "9999-12-31T23:59:59.999Z"},
            {Limits::max(), "9999-12-31T23:59:59.999Z"},
        };
        for (const auto& [milliseconds, text] : cases)
            CPPUNIT_ASSERT_EQUAL(text,
                                 toIso8601(Timestamp(std::chrono::milliseconds(milliseconds))));
    }

    void readsNothingElse() {
        for (const std::string text :
             {"", "0000-01-01T00:00:00.000Z", "2026-01-31", "2026-01-31T09:05:00Z",
              "2026-01-31T09:05:00.042", "2026-01-31 09:05:00.042Z", "2026-01-31T09:05:00.042z",
              "2026-01-31T09:05:00.0420Z", "2026-13-01T09:05:00.042Z", "2026-00-01T09:05:00.042Z",
              "2026-02-30T09:05:00.042Z", "2025-02-29T09:05:00.042Z", "2026-01-31T24:05:00.042Z",
              "2026-01-31T09:60:00.042Z", "2026-01-31T09:05:60.042Z", "2026-01-31T09:05:+1.042Z",
              "+026-01-31T09:05:00.042Z"})
            CPPUNIT_ASSERT_MESSAGE(text, !parseIso8601(text));
    }

    void theMachinesClockGoes() {
        const auto before = std::chrono::system_clock::now();
        const Timestamp now = SystemClock().now();
        const auto after = std::chrono::system_clock::now();
        CPPUNIT_ASSERT(now + std::chrono::milliseconds(1) > before);
        CPPUNIT_ASSERT(now <= after);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ClockTest);

} // namespace kubecred::test
