#include "host/process/WorkerId.h"

#include <cppunit/extensions/HelperMacros.h>

#include <unistd.h>

#include <array>
#include <string>

namespace kubecred::test {

using host::taskIdOf;

class WorkerIdTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(WorkerIdTest);
    CPPUNIT_TEST(readsTaskIds);
    CPPUNIT_TEST(knowsWhatIsNone);
    CPPUNIT_TEST(fallsBackToTheHostName);
    CPPUNIT_TEST_SUITE_END();

public:
    void readsTaskIds() {
        const std::string arn = "arn:aws:ecs:eu-west-1:123456789012:task/";
        CPPUNIT_ASSERT_EQUAL(std::string("0123abcd"), taskIdOf(arn + "cluster/0123abcd"));
        CPPUNIT_ASSERT_EQUAL(std::string("0123abcd"), taskIdOf(arn + "0123abcd"));
    }

    void knowsWhatIsNone() {
        for (const std::string& text :
             {std::string(), std::string("0123abcd"), std::string("/"),
              std::string("arn:aws:ecs:eu-west-1:123456789012:task/cluster/"),
              "arn:aws:ecs:eu-west-1:123456789012:task/" + std::string(1000, 'a')})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(text, std::string(), taskIdOf(text));
    }

    // Nobody listens on port 9 of loopback, and the others are no addresses.
    void fallsBackToTheHostName() {
        std::array<char, 256> name{};
        CPPUNIT_ASSERT_EQUAL(0, gethostname(name.data(), name.size() - 1));
        for (const char* uri : {"", "http://127.0.0.1:9/v4/x", "not an address", "http://"})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(uri, std::string(name.data()), host::findWorkerId(uri));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(WorkerIdTest);

} // namespace kubecred::test
