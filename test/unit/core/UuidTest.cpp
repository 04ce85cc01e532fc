#include "kubecred/domain/Uuid.h"

#include <cppunit/extensions/HelperMacros.h>

#include <set>

namespace kubecred::test {

class UuidTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(UuidTest);
    CPPUNIT_TEST(readsEitherCaseAndWritesLowerCase);
    CPPUNIT_TEST(refusesWhatIsNoUuid);
    CPPUNIT_TEST(version7BeginsWithTheTime);
    CPPUNIT_TEST(idsDiffer);
    CPPUNIT_TEST_SUITE_END();

public:
    void readsEitherCaseAndWritesLowerCase() {
        const auto uuid = Uuid::parse("018F3C00-ABCD-7def-8123-456789ABCDEF");
        CPPUNIT_ASSERT(uuid);
        CPPUNIT_ASSERT_EQUAL(std::string("018f3c00-abcd-7def-8123-456789abcdef"), uuid->toString());
    }

    void refusesWhatIsNoUuid() {
        for (const char* text :
             {"", "018f3c00", "018f3c00abcd7def8123456789abcdef",
              "018f3c00-abcd-7def-8123-456789abcdeg", "018f3c00-abcd-7def-8123-456789abcdef0",
              "{18f3c00-abcd-7def-8123-456789abcde}", "018f3c00-abcd-7def-8123_456789abcdef",
              "018f3c00-abcd-7def-8123-456789abcdef\n"})
            CPPUNIT_ASSERT_MESSAGE(text, !Uuid::parse(text));
    }

    void version7BeginsWithTheTime() {
        const Timestamp time(std::chrono::milliseconds(0x0123456789ab));
        const std::string text = Uuid::version7(time).toString();
        CPPUNIT_ASSERT_EQUAL(std::string("01234567-89ab-7"), text.substr(0, 15));
        CPPUNIT_ASSERT(std::string("89ab").find(text[19]) != std::string::npos);
    }

    void idsDiffer() {
        std::set<std::string> ids;
        for (int i = 0; i < 1000; ++i)
            ids.insert(Uuid::version7(Timestamp()).toString());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1000}, ids.size());
        CPPUNIT_ASSERT_EQUAL('4', Uuid::version4().toString()[14]);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(UuidTest);

} // namespace kubecred::test
