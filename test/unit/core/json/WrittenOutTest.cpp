#include "kubecred/json/WrittenOut.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>
#include <utility>
#include <vector>

namespace kubecred::test {

/// What the sizes are of is compared with PostgreSQL itself in integration.MetadataSizeTest.
class WrittenOutTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(WrittenOutTest);
    CPPUNIT_TEST(writesNumbersOut);
    CPPUNIT_TEST(putsSpacesBehindCommasAndColons);
    CPPUNIT_TEST_SUITE_END();

public:
    void writesNumbersOut() {
        const std::vector<std::pair<std::string, std::string>> numbers{
            {"1e308", "1" + std::string(308, '0')},
            {"1.5e3", "1500"},
            {"1.50", "1.50"},
            {"1.50e1", "15.0"},
            {"-2e-3", "-0.002"},
            {"-0", "0"},
            {"-0.0", "0.0"},
            {"0e5", "0"},
            {"0e-3", "0.000"},
            {"0.001e2", "0.1"},
            {"0.001e5", "100"},
            {"12.34e1", "123.4"},
        };
        for (const auto& [spelled, written] : numbers)
            CPPUNIT_ASSERT_EQUAL_MESSAGE(spelled, written.size(), json::writtenOutSize(spelled));
    }

    void putsSpacesBehindCommasAndColons() {
        CPPUNIT_ASSERT_EQUAL(std::string(R"({"a": [1, 2], "b,:": "c,\"1e9"})").size(),
                             json::writtenOutSize(R"({"a":[1,2],"b,:":"c,\"1e9"})"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, json::writtenOutSize(""));
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, json::writtenOutSize("null"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(WrittenOutTest);

} // namespace kubecred::test
