#include "SharedPostgres.h"
#include "kubecred/json/WrittenOut.h"

#include <cppunit/extensions/HelperMacros.h>

#include <random>
#include <string>
#include <vector>

namespace kubecred::test {

/// The size that metadata is taken to have when it is issued is the one that PostgreSQL gives it.
class MetadataSizeTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(MetadataSizeTest);
    CPPUNIT_TEST(isThatOfPostgres);
    CPPUNIT_TEST_SUITE_END();

public:
    void isThatOfPostgres() {
        const auto database = sharedPostgres().createDatabase();
        const auto texts = samples();
        std::string sql = "SELECT string_agg(octet_length(text::jsonb::text)::text, ',' ORDER BY "
                          "position) FROM unnest(ARRAY[";
        for (const auto& text : texts)
            sql += "$json$" + text + "$json$,";
        sql.back() = ']';
        const auto sizes =
            sharedPostgres().query(database, sql + ") WITH ORDINALITY AS t (text, position)");
        std::string ours;
        for (const auto& text : texts)
            ours += std::to_string(json::writtenOutSize(text)) + ",";
        ours.back() = '\n';
        CPPUNIT_ASSERT_EQUAL(sizes, ours);
    }

private:
    std::vector<std::string> samples() {
        std::vector<std::string> texts{"1e308",
                                       "5e-324",
                                       "-0",
                                       "-0.0",
                                       "0e1100",
                                       "0e-99",
                                       "{}",
                                       "[]",
                                       R"("")",
                                       R"({"a":[]})",
                                       "null",
                                       "true",
                                       "[1,\"\\\"1e9,:\",{\"b\":\"\\n\"}]"};
        for (int i = 0; i < 2000; ++i)
            texts.push_back(i % 2 == 0 ? number() : value(0));
        return texts;
    }

    std::string oneOf(const std::vector<std::string>& choices) {
        return choices[random_() % choices.size()];
    }

    std::string number() {
        return oneOf({"", "-"}) + oneOf({"0", "1", "10", "120", "99999999999999999"}) +
               oneOf({"", ".0", ".00", ".5", ".050", ".000000000000000001"}) +
               oneOf({"", "e0", "E+2", "e-1", "e-5", "e10", "E-20", "e100", "e-100", "e+05"});
    }

    std::string value(int depth) {
        if (depth > 3 || random_() % 2 == 0)
            return oneOf({number(), number(), "null", "false", R"("a,b:\\c")", R"("")"});
        const bool isArray = random_() % 2 == 0;
        std::string text;
        const auto count = static_cast<int>(random_() % 4);
        for (int i = 0; i < count; ++i)
            text += (i > 0 ? "," : "") + (isArray ? "" : "\"k" + std::to_string(i) + "\":") +
                    value(depth + 1);
        return isArray ? "[" + text + "]" : "{" + text + "}";
    }

    std::mt19937 random_{15};
};

CPPUNIT_TEST_SUITE_REGISTRATION(MetadataSizeTest);

} // namespace kubecred::test
