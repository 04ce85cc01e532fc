#include "kubecred/http/Query.h"

#include "unit/ThrownError.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace kubecred::test {

using http::UnknownQuery;

class QueryTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(QueryTest);
    CPPUNIT_TEST(readsWhatIsKnown);
    CPPUNIT_TEST(decodesNamesAndValues);
    CPPUNIT_TEST(namesEveryUnknownOrRepeatedOne);
    CPPUNIT_TEST(refusesValuesThatAreNoText);
    CPPUNIT_TEST(boundsAValue);
    CPPUNIT_TEST(boundsTheirNumber);
    CPPUNIT_TEST(refusesNamesThatAreNoText);
    CPPUNIT_TEST(ignoresWhatItDoesNotKnow);
    CPPUNIT_TEST(ignoresAQueryAltogether);
    CPPUNIT_TEST_SUITE_END();

public:
    void readsWhatIsKnown() {
        CPPUNIT_ASSERT_EQUAL(std::string(), read(""));
        CPPUNIT_ASSERT_EQUAL(std::string("limit=5;"), read("limit=5"));
        CPPUNIT_ASSERT_EQUAL(std::string("name=a;limit=5;"), read("name=a&limit=5"));
        CPPUNIT_ASSERT_EQUAL(std::string("name=;"), read("name"));
        CPPUNIT_ASSERT_EQUAL(std::string("name=;"), read("&&name=&"));
        CPPUNIT_ASSERT_EQUAL(std::string("name=a=b?/;"), read("name=a=b?/"));
    }

    void decodesNamesAndValues() {
        CPPUNIT_ASSERT_EQUAL(std::string("name=a b+c&d;"), read("n%61me=a+b%2Bc%26d"));
        CPPUNIT_ASSERT_EQUAL(std::string("name=J\xc3\xb6rg;"), read("name=J%C3%B6rg"));
    }

    void namesEveryUnknownOrRepeatedOne() {
        const auto error = refusal("a=1&limit=1&limit=2&name=x&b&a&limit=3&NAME=1");
        CPPUNIT_ASSERT(error.kind() == ErrorKind::validation);
        std::string fields;
        for (const auto& fault : error.fields()) {
            CPPUNIT_ASSERT(fault.code == FieldError::Code::custom);
            fields += std::get<std::string>(fault.path.at(0)) + ": " + fault.message + "\n";
        }
        CPPUNIT_ASSERT_EQUAL(std::string("a: Unknown query parameter\n"
                                         "limit: Query parameter given more than once\n"
                                         "b: Unknown query parameter\n"
                                         "NAME: Unknown query parameter\n"),
                             fields);
    }

    void refusesValuesThatAreNoText() {
        for (const char* value : {"%00", "%ff", "%c3", "%", "%4"}) {
            const auto error = refusal("limit=1&name=" + std::string(value));
            CPPUNIT_ASSERT(error.kind() == ErrorKind::validation);
            CPPUNIT_ASSERT_EQUAL(std::size_t{1}, error.fields().size());
            CPPUNIT_ASSERT_EQUAL(std::string("name"),
                                 std::get<std::string>(error.fields().front().path.at(0)));
        }
    }

    void boundsAValue() {
        const std::string most(http::mostQueryBytes, 'x');
        CPPUNIT_ASSERT_EQUAL("name=" + most + ";", read("name=" + most));
        CPPUNIT_ASSERT_EQUAL(
            std::string("name"),
            std::get<std::string>(refusal("name=" + most + "x").fields()[0].path.at(0)));
    }

    void boundsTheirNumber() {
        std::string query;
        for (std::size_t i = 0; i < http::mostQueryParameters; ++i)
            query += "&x";
        CPPUNIT_ASSERT(refusal(query).kind() == ErrorKind::validation);
        CPPUNIT_ASSERT(refusal(query + "&x").kind() == ErrorKind::malformedRequest);
    }

    void refusesNamesThatAreNoText() {
        for (const char* name : {"%00", "%ff=1", "%"})
            CPPUNIT_ASSERT_MESSAGE(name, refusal(name).kind() == ErrorKind::malformedRequest);
    }

    void ignoresWhatItDoesNotKnow() {
        const http::RoutePolicy page{.query = {"lang"}, .unknownQuery = UnknownQuery::ignored};
        CPPUNIT_ASSERT_EQUAL(std::string("lang=de;"),
                             read("utm=1&%ff&lang=%ff&lang=de&lang=fr&=&%", page));
        CPPUNIT_ASSERT_EQUAL(std::string(), read("utm=1", page));
        std::string many;
        for (int i = 0; i < 1000; ++i)
            many += "x&";
        CPPUNIT_ASSERT_EQUAL(std::string("lang=de;"), read(many + "lang=de", page));
    }

    void ignoresAQueryAltogether() {
        const http::RoutePolicy open{.unknownQuery = UnknownQuery::ignored};
        for (const char* query : {"a=1", "a=1&a=2", "%ff", "%", "limit=1"})
            CPPUNIT_ASSERT_EQUAL(std::string(), read(query, open));
    }

private:
    static inline const http::RoutePolicy search{.query = {"limit", "name"}};

    static std::string read(const std::string& query, const http::RoutePolicy& policy = search) {
        std::string text;
        for (const auto& [name, value] : http::readQuery(query, policy))
            text += name + "=" + value + ";";
        return text;
    }

    static Error refusal(const std::string& query) {
        return thrownError([&] { http::readQuery(query, search); }, query);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(QueryTest);

} // namespace kubecred::test
