#include "kubecred/http/RouteTemplate.h"

#include <cppunit/extensions/HelperMacros.h>

#include <stdexcept>
#include <string>

namespace kubecred::test {

using http::RouteTemplate;

class RouteTemplateTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(RouteTemplateTest);
    CPPUNIT_TEST(namesWhatItFinds);
    CPPUNIT_TEST(fitsWholeSegmentsOnly);
    CPPUNIT_TEST(decodesParameters);
    CPPUNIT_TEST(fitsNothingThatCannotBeDecoded);
    CPPUNIT_TEST(boundsAParameter);
    CPPUNIT_TEST(comparesLiteralsAsSent);
    CPPUNIT_TEST(tellsWhatOverlaps);
    CPPUNIT_TEST(countsItsLiterals);
    CPPUNIT_TEST(refusesWhatIsNoTemplate);
    CPPUNIT_TEST_SUITE_END();

public:
    void namesWhatItFinds() {
        const RouteTemplate pattern("/lists/{purpose}/entries/{number}");
        CPPUNIT_ASSERT_EQUAL(std::string("/lists/{purpose}/entries/{number}"), pattern.text());
        const auto parameters = pattern.match("/lists/revocation/entries/7");
        CPPUNIT_ASSERT(parameters);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, parameters->size());
        CPPUNIT_ASSERT_EQUAL(std::string("purpose"), parameters->at(0).name);
        CPPUNIT_ASSERT_EQUAL(std::string("revocation"), parameters->at(0).value);
        CPPUNIT_ASSERT_EQUAL(std::string("number"), parameters->at(1).name);
        CPPUNIT_ASSERT_EQUAL(std::string("7"), parameters->at(1).value);
    }

    void fitsWholeSegmentsOnly() {
        const RouteTemplate pattern("/a/{id}/b");
        CPPUNIT_ASSERT(pattern.match("/a/x/b"));
        for (const char* path :
             {"", "/", "/a", "/a/", "/a/x", "/a/x/", "/a//b", "/a/x/b/", "/a/x/bb", "/a/x/y/b",
              "/b/x/b", "a/x/b", "//a/x/b", "/a/x//b", "*"})
            CPPUNIT_ASSERT_MESSAGE(path, !pattern.match(path));
    }

    void decodesParameters() {
        CPPUNIT_ASSERT_EQUAL(std::string("a b+c/d%"), valueOf("a%20b+c%2Fd%25"));
        CPPUNIT_ASSERT_EQUAL(std::string("J\xc3\xb6rg"), valueOf("J%C3%b6rg"));
        CPPUNIT_ASSERT_EQUAL(std::string(".."), valueOf(".."));
        CPPUNIT_ASSERT_EQUAL(std::string("{id}"), valueOf("{id}"));
    }

    void fitsNothingThatCannotBeDecoded() {
        const RouteTemplate pattern("/a/{id}");
        for (const char* value : {"%", "%4", "%4g", "%+1", "%-1", "% 1", "a%00", "%c3", "%c3(",
                                  "%c0%af", "%ed%a0%80", "%f4%90%80%80", "%ff", "\xff"})
            CPPUNIT_ASSERT_MESSAGE(value, !pattern.match("/a/" + std::string(value)));
    }

    void boundsAParameter() {
        const RouteTemplate pattern("/a/{id}");
        CPPUNIT_ASSERT(pattern.match("/a/" + std::string(RouteTemplate::mostBytes, 'x')));
        CPPUNIT_ASSERT(!pattern.match("/a/" + std::string(RouteTemplate::mostBytes + 1, 'x')));
    }

    void comparesLiteralsAsSent() {
        const RouteTemplate pattern("/a/{id}");
        CPPUNIT_ASSERT(!pattern.match("/%61/x"));
        CPPUNIT_ASSERT(!pattern.match("/A/x"));
    }

    void tellsWhatOverlaps() {
        const RouteTemplate pattern("/a/{id}/b");
        for (const char* other : {"/a/{id}/b", "/a/{name}/b", "/a/c/{x}", "/{x}/{y}/{z}"})
            CPPUNIT_ASSERT_MESSAGE(other, pattern.overlaps(RouteTemplate(other)));
        for (const char* other : {"/a/{id}", "/a/{id}/c", "/b/{id}/b", "/a/{id}/b/{x}"})
            CPPUNIT_ASSERT_MESSAGE(other, !pattern.overlaps(RouteTemplate(other)));
    }

    void countsItsLiterals() {
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, RouteTemplate("/a/{id}/b").literals());
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, RouteTemplate("/{id}").literals());
    }

    void refusesWhatIsNoTemplate() {
        for (const char* text :
             {"", "/", "a/{id}", "/a/{}", "/a/{id", "/a/id}", "/a/x{id}", "/a/{id}x", "/a/{i d}",
              "/a/{id}/", "/a//{id}", "/{id}/b/{id}", "/a/{{id}}", "/a/{1}"})
            CPPUNIT_ASSERT_THROW_MESSAGE(text, RouteTemplate{text}, std::logic_error);
        CPPUNIT_ASSERT(RouteTemplate::isTemplate("/a/{id"));
        CPPUNIT_ASSERT(!RouteTemplate::isTemplate("/a/id"));
    }

private:
    static std::string valueOf(const std::string& segment) {
        const auto parameters = RouteTemplate("/a/{id}").match("/a/" + segment);
        CPPUNIT_ASSERT_MESSAGE(segment, parameters);
        return parameters->at(0).value;
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RouteTemplateTest);

} // namespace kubecred::test
