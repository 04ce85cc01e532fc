#include "kubecred/json/Document.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace kubecred::test {

class JsonNumbersTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(JsonNumbersTest);
    CPPUNIT_TEST(keepsSpellings);
    CPPUNIT_TEST(tellsWhatNoDoubleHolds);
    CPPUNIT_TEST(tellsThemFromLongSpellings);
    CPPUNIT_TEST(boundsTheLengthOfSpellings);
    CPPUNIT_TEST(marksOnlyTheMemberThatHoldsIt);
    CPPUNIT_TEST(digitsInTextsAreNoNumbers);
    CPPUNIT_TEST_SUITE_END();

public:
    void keepsSpellings() {
        for (const std::string number : {"0",
                                         "-0",
                                         "1",
                                         "-1",
                                         "0.0",
                                         "-0.0",
                                         "1.0",
                                         "1.50",
                                         "1e5",
                                         "1E5",
                                         "1e+5",
                                         "1E-5",
                                         "1.5e10",
                                         "0e0",
                                         "0e500",
                                         "0.0e-500",
                                         "10",
                                         "4294967296",
                                         "9007199254740993",
                                         "9223372036854775807",
                                         "9223372036854775808",
                                         "-9223372036854775808",
                                         "1e308",
                                         "-1.7976931348623157e308",
                                         "2.2250738585072014e-308",
                                         "5e-324",
                                         "0.1000000000000000055511151231257827",
                                         "123456789012345678901234567890.5",
                                         "1e22",
                                         "100000000000000000000000.0"}) {
            const auto document = json::parse(number);
            const auto value = document.root();
            CPPUNIT_ASSERT_EQUAL(number, std::string(value.asNumber().value()));
            CPPUNIT_ASSERT_MESSAGE(number, !value.hasUnholdableNumber());
            CPPUNIT_ASSERT_MESSAGE(number, !value.hasNumberBeyondDouble());
            CPPUNIT_ASSERT_EQUAL("{\"m\":[" + number + "]}", compact("{\"m\":[" + number + "]}"));
        }
    }

    void tellsWhatNoDoubleHolds() {
        for (const std::string number :
             {"1e400", "-1e400", "0e-16384", "0E99999999999", "0.0e-1101", "1E+400", "1.5e309",
              "1e-400", "1e99999999999999999999", "1e-99999999999999999999", "9223372036854775809",
              "-9223372036854775809", "18446744073709551615", "18446744073709551616",
              "100000000000000000000", "-100000000000000000000"}) {
            CPPUNIT_ASSERT_MESSAGE(number, isUnholdable(number));
            CPPUNIT_ASSERT_MESSAGE(number, isUnholdable("{\"m\":{\"a\":[1," + number + "]}}"));
            CPPUNIT_ASSERT_EQUAL(number, compact(number));
        }
    }

    void tellsThemFromLongSpellings() {
        for (const std::string number : {"1e400", "-1e-400", "1e99999999999999999999"})
            CPPUNIT_ASSERT_MESSAGE(number, isBeyondDouble("[{\"a\":" + number + "}]"));
        for (const auto& number : {std::string("18446744073709551616"), std::string("0e-16384"),
                                   "1" + std::string(308, '0'), "0." + std::string(1500, '1')})
            CPPUNIT_ASSERT_MESSAGE(number, !isBeyondDouble("[{\"a\":" + number + "}]"));
    }

    void boundsTheLengthOfSpellings() {
        const std::string longest = "0." + std::string(1098, '3');
        CPPUNIT_ASSERT_EQUAL(longest, compact(longest));
        CPPUNIT_ASSERT(!isUnholdable(longest));
        CPPUNIT_ASSERT(isUnholdable(longest + "3"));
        CPPUNIT_ASSERT(isUnholdable("0." + std::string(90000, '0')));
    }

    void marksOnlyTheMemberThatHoldsIt() {
        const auto document = json::parse(R"({"a":1,"b":[2,1e400,3],"c":{"x":4.50},"d":5})");
        CPPUNIT_ASSERT(document.root().find("b")->hasUnholdableNumber());
        for (const char* name : {"a", "c", "d"})
            CPPUNIT_ASSERT_MESSAGE(name, !document.root().find(name)->hasUnholdableNumber());
        CPPUNIT_ASSERT(document.root().hasUnholdableNumber());
    }

    void digitsInTextsAreNoNumbers() {
        const std::string text =
            R"({"7":"1e400","-1":["12\"34",5,"\\"],"a":{"99":-6},"b":"\\","c":8})";
        CPPUNIT_ASSERT_EQUAL(text, compact(text));
        CPPUNIT_ASSERT(!isUnholdable(text));
    }

private:
    static bool isUnholdable(const std::string& json) {
        const auto document = json::parse(json);
        return document.root().hasUnholdableNumber();
    }

    static bool isBeyondDouble(const std::string& json) {
        const auto document = json::parse(json);
        return document.root().hasNumberBeyondDouble();
    }

    static std::string compact(const std::string& json) {
        const auto document = json::parse(json);
        return document.root().compact();
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(JsonNumbersTest);

} // namespace kubecred::test
