#include "host/configuration/Properties.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace kubecred::test {

using host::parseProperties;

class PropertiesTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(PropertiesTest);
    CPPUNIT_TEST(readsLines);
    CPPUNIT_TEST(countsLines);
    CPPUNIT_TEST(takesTheLineEndsOfEverySystem);
    CPPUNIT_TEST(readsBackslashes);
    CPPUNIT_TEST(namesTheLineThatIsNone);
    CPPUNIT_TEST(showsNothingOfIt);
    CPPUNIT_TEST_SUITE_END();

public:
    void readsLines() {
        CPPUNIT_ASSERT_EQUAL(std::string(), read(""));
        CPPUNIT_ASSERT_EQUAL(std::string(), read("# a=b\n! c=d\n  # e=f\n\n \t\n"));
        CPPUNIT_ASSERT_EQUAL(std::string("<a=b>"), read("a=b"));
        CPPUNIT_ASSERT_EQUAL(std::string("<a=b>"), read("  a =\t b \t\n"));
        CPPUNIT_ASSERT_EQUAL(std::string("<a.b=c>"), read("a.b: c\n"));
        CPPUNIT_ASSERT_EQUAL(std::string("<a=b=c:d # e>"), read("a=b=c:d # e"));
        CPPUNIT_ASSERT_EQUAL(std::string("<a=><b=>"), read("a=\nb:"));
        CPPUNIT_ASSERT_EQUAL(std::string("<a=1><a=2>"), read("a=1\na=2\n"));
        CPPUNIT_ASSERT_EQUAL(std::string("<a=${b}>"), read("a=${b}"));
    }

    void countsLines() {
        const auto properties = parseProperties("# one\na=1\n\nb=2 \\\n and three\nc=4\n");
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, properties.size());
        CPPUNIT_ASSERT_EQUAL(2, properties[0].line);
        CPPUNIT_ASSERT_EQUAL(4, properties[1].line);
        CPPUNIT_ASSERT_EQUAL(6, properties[2].line);
    }

    void takesTheLineEndsOfEverySystem() {
        for (const std::string end : {"\n", "\r\n", "\r"}) {
            const std::string text = "# c" + end + "a=1" + end + end + "b=2" + end;
            CPPUNIT_ASSERT_EQUAL(std::string("<a=1><b=2>"), read(text));
            CPPUNIT_ASSERT_EQUAL(std::string("<a=1><b=2>"),
                                 read(text.substr(0, text.size() - end.size())));
            CPPUNIT_ASSERT_EQUAL(4, parseProperties(text).back().line);
        }
    }

    void readsBackslashes() {
        CPPUNIT_ASSERT_EQUAL(std::string("<a=x\ty\nz>"), read(R"(a=x\ty\nz)"));
        CPPUNIT_ASSERT_EQUAL(std::string(R"(<a=C:\x"y>)"), read(R"(a=C:\\x\"y)"));
        CPPUNIT_ASSERT_EQUAL(std::string("<a=one two><b=3>"), read("a=one \\\ntwo\nb=3"));
        CPPUNIT_ASSERT_EQUAL(std::string("<a=one two>"), read("a=one \\\r\ntwo"));
        CPPUNIT_ASSERT_EQUAL(std::string("<a=one><b=2>"), read("a=one\\ \nb=2"));
        CPPUNIT_ASSERT_EQUAL(std::string("<a=b>"), read("a=b\\"));
    }

    void namesTheLineThatIsNone() {
        for (const std::string line : {"database.password hunter2", "hunter2", "=hunter2",
                                       ".x=hunter2", "x.=hunter2", " = hunter2"})
            CPPUNIT_ASSERT_MESSAGE(line, fault("a=1\n\n" + line + "\nb=2").starts_with("line 3 "));
        CPPUNIT_ASSERT(fault(std::string("a=\0b\n", 5)).starts_with("line 1 holds U+0000"));
    }

    void showsNothingOfIt() {
        for (const std::string line : {"database.password hunter2", "=hunter2", "x.=hunter2"})
            CPPUNIT_ASSERT_EQUAL(std::string::npos, fault(line).find("hunter2"));
    }

private:
    static std::string read(const std::string& text) {
        std::string all;
        for (const auto& [key, value, line] : parseProperties(text))
            all.append("<").append(key).append("=").append(value).append(">");
        return all;
    }

    static std::string fault(const std::string& text) {
        try {
            parseProperties(text);
        } catch (const host::PropertiesFault& fault) {
            return fault.what();
        }
        CPPUNIT_FAIL("was read: " + text);
        return {};
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PropertiesTest);

} // namespace kubecred::test
