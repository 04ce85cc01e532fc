#include "http/dispatch/Tracing.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace kubecred::test {

class TracingTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(TracingTest);
    CPPUNIT_TEST(requestIds);
    CPPUNIT_TEST(requestIdsHaveNoOtherCharacters);
    CPPUNIT_TEST(traceParents);
    CPPUNIT_TEST(amazonTraceIds);
    CPPUNIT_TEST_SUITE_END();

public:
    void requestIds() {
        CPPUNIT_ASSERT(http::isRequestId("a"));
        CPPUNIT_ASSERT(http::isRequestId("AZaz09._-"));
        CPPUNIT_ASSERT(http::isRequestId(std::string(64, 'x')));
        CPPUNIT_ASSERT(!http::isRequestId(std::string(65, 'x')));
        CPPUNIT_ASSERT(!http::isRequestId(""));
    }

    void requestIdsHaveNoOtherCharacters() {
        const std::string allowed =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
        for (int byte = 0; byte < 256; ++byte) {
            const char c = static_cast<char>(byte);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(std::to_string(byte), allowed.find(c) != std::string::npos,
                                         http::isRequestId("a" + std::string(1, c)));
        }
    }

    void traceParents() {
        const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        const std::string parent = "00f067aa0ba902b7";
        const std::string good = "00-" + trace + "-" + parent + "-01";
        CPPUNIT_ASSERT(http::isTraceParent(good));
        CPPUNIT_ASSERT(http::isTraceParent("00-" + trace + "-" + parent + "-00"));
        for (const std::string& bad :
             {std::string(), good + "-x", good + "0", good.substr(1), "ff" + good.substr(2),
              "0g" + good.substr(2), "00-" + std::string(32, '0') + "-" + parent + "-01",
              "00-" + trace + "-" + std::string(16, '0') + "-01",
              "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + parent + "-01",
              "00_" + trace + "-" + parent + "-01", "00-" + trace + "_" + parent + "-01",
              "00-" + trace + "-" + parent + "_01", "00-" + trace + "-" + parent + "-0x",
              "00-" + trace + "-" + parent + "-0\n"})
            CPPUNIT_ASSERT_MESSAGE(bad, !http::isTraceParent(bad));
    }

    void amazonTraceIds() {
        const std::string root = "Root=1-67891233-abcdef012345678912345678";
        for (const std::string& good :
             {root, root + ";Parent=53995c3f42cd8ad8;Sampled=1",
              "Self=1-67891234-12456789abcdef;" + root, root + ";CalledFrom=app"})
            CPPUNIT_ASSERT_MESSAGE(good, http::isAmazonTraceId(good));
        for (const std::string& bad :
             {std::string(), std::string("Root="), std::string("x"), std::string("Sampled=1"),
              std::string("Root=1-67891233-abcdef01234567891234567"),
              std::string("Root=2-67891233-abcdef012345678912345678"),
              std::string("Root=1-6789123g-abcdef012345678912345678"),
              std::string("Root=1-67891233_abcdef012345678912345678"),
              std::string("root=1-67891233-abcdef012345678912345678"), root + "0", root + ";x",
              root + ";=1", root + ";x=", root + ";x=\"", root + ";x=a b", root + ";x=a\n",
              root + ";Root=x", root + ";x=" + std::string(256, '1')})
            CPPUNIT_ASSERT_MESSAGE(bad, !http::isAmazonTraceId(bad));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(TracingTest);

} // namespace kubecred::test
