#include "storage/sessions/postgresql/PostgresArray.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kubecred::test {

class PostgresArrayTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(PostgresArrayTest);
    CPPUNIT_TEST(joinsElements);
    CPPUNIT_TEST(mayBeEmpty);
    CPPUNIT_TEST(quotesWhatMeansSomethingToAnArray);
    CPPUNIT_TEST(escapesQuotesAndBackslashes);
    CPPUNIT_TEST(keepsOtherBytes);
    CPPUNIT_TEST_SUITE_END();

public:
    void joinsElements() {
        check(R"({"a"})", {"a"});
        check(R"({"a","b","c d"})", {"a", "b", "c d"});
    }

    void mayBeEmpty() {
        check("{}", {});
        check(R"({""})", {""});
        check(R"({"","",""})", {"", "", ""});
    }

    void quotesWhatMeansSomethingToAnArray() {
        check(R"({"NULL","null"})", {"NULL", "null"});
        check(R"({"{}","{a,b}",","," "})", {"{}", "{a,b}", ",", " "});
        check(R"({"'; DROP TABLE credentials; --"})", {"'; DROP TABLE credentials; --"});
    }

    void escapesQuotesAndBackslashes() {
        check(R"({"\""})", {R"(")"});
        check(R"({"\\"})", {R"(\)"});
        check(R"({"\"\""})", {R"("")"});
        check(R"({"\\\""})", {R"(\")"});
        check(R"({"a\"b\\c\"","\\n"})", {R"(a"b\c")", R"(\n)"});
        check(R"({"{\"k\":\"v\\\\\"}"})", {R"({"k":"v\\"})"});
    }

    void keepsOtherBytes() {
        check("{\"\u00e9\n\t\x01\U0001F600\"}", {"\u00e9\n\t\x01\U0001F600"});
    }

private:
    static void check(const std::string& expected, const std::vector<std::string_view>& elements) {
        storage::PostgresArray array;
        for (const auto element : elements)
            array.add(element);
        CPPUNIT_ASSERT_EQUAL(expected, std::move(array).text());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PostgresArrayTest);

} // namespace kubecred::test
