#include "http/dispatch/TrustedProxies.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace kubecred::test {

using http::TrustedProxies;

class TrustedProxiesTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(TrustedProxiesTest);
    CPPUNIT_TEST(readsNetworks);
    CPPUNIT_TEST(refusesWhatIsNoNetwork);
    CPPUNIT_TEST(believesNobodyByDefault);
    CPPUNIT_TEST(believesTrustedProxiesOnly);
    CPPUNIT_TEST(takesTheRightmostStranger);
    CPPUNIT_TEST(masksByTheBit);
    CPPUNIT_TEST(knowsIpv6);
    CPPUNIT_TEST_SUITE_END();

public:
    void readsNetworks() {
        for (const char* list : {"", " , ", "10.0.0.0/8", "10.1.2.3", "0.0.0.0/0", "10.0.0.0/32",
                                 "fd00::/8", "::1", "::/0", " 10.0.0.0/8 , ::1/128,192.168.0.1 "})
            CPPUNIT_ASSERT_MESSAGE(list, TrustedProxies::parse(list));
    }

    void refusesWhatIsNoNetwork() {
        for (const char* list :
             {"x", "example.org", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8",
              "10.0.0.0/8x", "10.0.0.0/8/8", "10.0.0.256", "/8", "fd00::/129", "fd00:::/8",
              "10.0.0.0/8;::1", "10.0.0.1,x", "10/8", "10.0.0.1 x", "10.0.0.0-10.0.0.9"})
            CPPUNIT_ASSERT_MESSAGE(list, !TrustedProxies::parse(list));
    }

    void believesNobodyByDefault() {
        CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.1"),
                             TrustedProxies().clientIp("10.0.0.1", "1.2.3.4"));
        CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.1"), client("", "10.0.0.1", "1.2.3.4"));
    }

    void believesTrustedProxiesOnly() {
        CPPUNIT_ASSERT_EQUAL(std::string("1.2.3.4"), client("10.0.0.0/8", "10.0.0.1", "1.2.3.4"));
        CPPUNIT_ASSERT_EQUAL(std::string("11.0.0.1"), client("10.0.0.0/8", "11.0.0.1", "1.2.3.4"));
        CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.1"), client("10.0.0.0/8", "10.0.0.1", ""));
        CPPUNIT_ASSERT_EQUAL(std::string("somewhere"),
                             client("10.0.0.0/8", "somewhere", "1.2.3.4"));
    }

    void takesTheRightmostStranger() {
        const struct {
            const char* forwarded;
            const char* client;
        } cases[] = {
            {"9.9.9.9, 1.2.3.4", "1.2.3.4"},
            {"9.9.9.9,1.2.3.4 , 10.0.0.2", "1.2.3.4"},
            {"1.2.3.4, 10.0.0.3, 10.0.0.2", "1.2.3.4"},
            {"10.0.0.9, 10.0.0.3", "10.0.0.9"},
            {"9.9.9.9, unknown, 10.0.0.2", "10.0.0.2"},
            {"9.9.9.9, \"x\"\n", "10.0.0.1"},
            {"9.9.9.9, 10.0.0.2, 1.2.3.4:80", "1.2.3.4"},
            {"203.0.113.7:51008", "203.0.113.7"},
            {"9.9.9.9, 1.2.3.4:1, 10.0.0.2:65535", "1.2.3.4"},
            {"[2001:db8::7]:51008", "2001:db8::7"},
            {"[2001:db8::7]", "2001:db8::7"},
            {"2001:db8::7", "2001:db8::7"},
            {"[::ffff:1.2.3.4]:80", "1.2.3.4"},
            {"::", "::"},
            {"1.2.3.4:", "10.0.0.1"},
            {"1.2.3.4:x", "10.0.0.1"},
            {"1.2.3.4:123456", "10.0.0.1"},
            {"1.2.3.4:80:80", "10.0.0.1"},
            {"[2001:db8::7", "10.0.0.1"},
            {"[2001:db8::7]x", "10.0.0.1"},
            {"[2001:db8::7]:", "10.0.0.1"},
            {"[]", "10.0.0.1"},
            {":80", "10.0.0.1"},
            {"a.example:80", "10.0.0.1"},
            {",, 1.2.3.4,,", "1.2.3.4"},
        };
        for (const auto& [forwarded, expected] : cases)
            CPPUNIT_ASSERT_EQUAL_MESSAGE(forwarded, std::string(expected),
                                         client("10.0.0.0/8", "10.0.0.1", forwarded));
    }

    void masksByTheBit() {
        const struct {
            const char* network;
            const char* peer;
            bool trusted;
        } cases[] = {
            {"10.0.0.0/9", "10.127.255.255", true},
            {"10.0.0.0/9", "10.128.0.0", false},
            {"10.0.0.7/30", "10.0.0.4", true},
            {"10.0.0.7/30", "10.0.0.8", false},
            {"10.0.0.7/32", "10.0.0.7", true},
            {"10.0.0.7", "10.0.0.6", false},
            {"0.0.0.0/0", "203.0.113.9", true},
            {"128.0.0.0/1", "127.255.255.255", false},
            {"255.255.255.255", "255.255.255.255", true},
        };
        for (const auto& [network, peer, trusted] : cases)
            CPPUNIT_ASSERT_EQUAL_MESSAGE(std::string(network) + " " + peer,
                                         std::string(trusted ? "1.2.3.4" : peer),
                                         client(network, peer, "1.2.3.4"));
    }

    void knowsIpv6() {
        CPPUNIT_ASSERT_EQUAL(std::string("2001:db8::1"),
                             client("fd00::/8", "fdff::1", "2001:DB8:0::1"));
        CPPUNIT_ASSERT_EQUAL(std::string("fe00::1"), client("fd00::/8", "fe00::1", "1.2.3.4"));
        CPPUNIT_ASSERT_EQUAL(std::string("1.2.3.4"), client("::1/128", "::1", "1.2.3.4"));
        CPPUNIT_ASSERT_EQUAL(std::string("2001:db8::2"),
                             client("2001:db8::1/128", "2001:db8::2", "1.2.3.4"));
        CPPUNIT_ASSERT_EQUAL(std::string("1.2.3.4"), client("::/0", "2001:db8::1", "1.2.3.4"));
        CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.1"), client("::/0", "10.0.0.1", "1.2.3.4"));
    }

private:
    static std::string client(const std::string& networks, const std::string& peer,
                              const std::string& forwarded) {
        return TrustedProxies::parse(networks).value().clientIp(peer, forwarded);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(TrustedProxiesTest);

} // namespace kubecred::test
