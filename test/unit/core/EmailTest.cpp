#include "kubecred/validation/Fields.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace kubecred::test {

using validation::isEmail;

class EmailTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(EmailTest);
    CPPUNIT_TEST(acceptsEmails);
    CPPUNIT_TEST(refusesBadLocalParts);
    CPPUNIT_TEST(refusesBadDomains);
    CPPUNIT_TEST(refusesWhatStandsAround);
    CPPUNIT_TEST(everyOtherByteIsRefused);
    CPPUNIT_TEST_SUITE_END();

public:
    void acceptsEmails() {
        for (const char* text : {"ada@example.org",
                                 "ADA@EXAMPLE.ORG",
                                 "a@b.cd",
                                 "a.b.c@example.org",
                                 "ada+tag@example.org",
                                 "+@example.org",
                                 "_@example.org",
                                 "-@example.org",
                                 "o'hara@example.org",
                                 "'a@example.org",
                                 "ada-@example.org",
                                 "ada_@example.org",
                                 "ada+@example.org",
                                 "-a@example.org",
                                 "1@example.org",
                                 "a.-b@example.org",
                                 "a@1.example.org",
                                 "a@example1.org",
                                 "a@exam--ple.org",
                                 "a@example-.org",
                                 "a@a.b.c.d.e.fg",
                                 "a@example.museum",
                                 "a@0.co"})
            CPPUNIT_ASSERT_MESSAGE(text, isEmail(text));
    }

    void refusesBadLocalParts() {
        for (const char* text : {"",
                                 "@",
                                 "@example.org",
                                 ".a@example.org",
                                 ".@example.org",
                                 "a.@example.org",
                                 "a..b@example.org",
                                 "a'@example.org",
                                 "'@example.org",
                                 "a b@example.org",
                                 "\"a\"@example.org",
                                 "a,b@example.org",
                                 "a@b@example.org",
                                 "a@@example.org",
                                 "a/b@example.org",
                                 "a!b@example.org",
                                 "a%b@example.org",
                                 "a=b@example.org",
                                 "j\xc3\xb6rg@example.org",
                                 "a\\b@example.org",
                                 "a(b)@example.org",
                                 "a#b@example.org"})
            CPPUNIT_ASSERT_MESSAGE(text, !isEmail(text));
    }

    void refusesBadDomains() {
        for (const char* text : {"a",
                                 "a@",
                                 "a@.",
                                 "a@org",
                                 "a@.org",
                                 "a@example.",
                                 "a@example.o",
                                 "a@example.o1",
                                 "a@example.1",
                                 "a@example.12",
                                 "a@example.c0m",
                                 "a@example..org",
                                 "a@.example.org",
                                 "a@-example.org",
                                 "a@sub.-example.org",
                                 "a@exam_ple.org",
                                 "a@exam+ple.org",
                                 "a@example.org.",
                                 "a@example.or-g",
                                 "a@example.-org",
                                 "a@127.0.0.1",
                                 "a@[127.0.0.1]",
                                 "a@example.org:25",
                                 "a@ex\xc3\xa4mple.org",
                                 "a@example.\xc3\xa4\xc3\xa4",
                                 "a@exam ple.org",
                                 "a@example/org.com"})
            CPPUNIT_ASSERT_MESSAGE(text, !isEmail(text));
    }

    void refusesWhatStandsAround() {
        for (const char* text :
             {"a@example.org\n", "\na@example.org", "a@example.org ", " a@example.org",
              "a@example.org\r\n", "a@example.org\nb@example.org", "<a@example.org>",
              "mailto:a@example.org", "Ada <a@example.org>", "a@example.org,b@example.org",
              "a\n@example.org", "a@exam\nple.org", "a@example\n.org"})
            CPPUNIT_ASSERT_MESSAGE(text, !isEmail(text));
        CPPUNIT_ASSERT(!isEmail(std::string("a@example.org\0", 14)));
        CPPUNIT_ASSERT(!isEmail(std::string("a\0b@example.org", 15)));
    }

    void everyOtherByteIsRefused() {
        const std::string allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                    "_'+-.";
        for (int byte = 0; byte < 256; ++byte) {
            const char c = static_cast<char>(byte);
            const bool inLocal = allowed.find(c) != std::string::npos;
            CPPUNIT_ASSERT_EQUAL_MESSAGE("local part, byte " + std::to_string(byte), inLocal,
                                         isEmail("a" + std::string(1, c) + "b@example.org"));
            const bool inLabel = inLocal && std::string("_'+").find(c) == std::string::npos;
            CPPUNIT_ASSERT_EQUAL_MESSAGE("domain, byte " + std::to_string(byte), inLabel,
                                         isEmail("a@ex" + std::string(1, c) + "ample.org"));
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(EmailTest);

} // namespace kubecred::test
