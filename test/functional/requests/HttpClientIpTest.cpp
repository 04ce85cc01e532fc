#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

namespace kubecred::test {
namespace {

struct Case {
    std::vector<std::string> headers;
    std::string clientIp;
};

void check(const Daemon& daemon, const std::vector<Case>& cases) {
    daemon.waitForStatus("healthy"); // no line of the start comes between any more
    for (const auto& [headers, clientIp] : cases) {
        request(daemon.port(), "GET", "/nowhere", {}, headers);
        assertContains(daemon.logLines().back(), "\"clientIp\":\"" + clientIp + "\"");
    }
}

} // namespace

/// Whom the log names as the client.
class HttpClientIpTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HttpClientIpTest);
    CPPUNIT_TEST(strangersAreNotBelieved);
    CPPUNIT_TEST(trustedProxiesAreBelieved);
    CPPUNIT_TEST_SUITE_END();

public:
    void strangersAreNotBelieved() {
        const Daemon byDefault({sqliteProperties()});
        check(byDefault, {{{}, "127.0.0.1"}, {{"X-Forwarded-For: 203.0.113.9"}, "127.0.0.1"}});
        auto properties = sqliteProperties();
        properties["http.trustedProxies"] = "10.0.0.0/8, fd00::/8";
        const Daemon elsewhere({properties});
        check(elsewhere, {{{"X-Forwarded-For: 203.0.113.9"}, "127.0.0.1"}});
    }

    void trustedProxiesAreBelieved() {
        auto properties = sqliteProperties();
        properties["http.trustedProxies"] = "127.0.0.0/8, 10.0.0.0/8";
        const Daemon daemon({properties});
        check(daemon,
              {{{}, "127.0.0.1"},
               {{"X-Forwarded-For: 203.0.113.9"}, "203.0.113.9"},
               {{"X-Forwarded-For: 2001:db8::1"}, "2001:db8::1"},
               {{"X-Forwarded-For: 203.0.113.7:51008"}, "203.0.113.7"},
               {{"X-Forwarded-For: [2001:db8::7]:51008"}, "2001:db8::7"},
               {{"X-Forwarded-For: [2001:db8::7], 10.1.2.3:80"}, "2001:db8::7"},
               // Everything left of the rightmost stranger may be invented.
               {{"X-Forwarded-For: 198.51.100.1, 203.0.113.9"}, "203.0.113.9"},
               {{"X-Forwarded-For: 198.51.100.1, 203.0.113.9, 10.1.2.3"}, "203.0.113.9"},
               {{"X-Forwarded-For: 198.51.100.1", "X-Forwarded-For: 203.0.113.9"}, "203.0.113.9"},
               {{"X-Forwarded-For: 10.1.2.3"}, "10.1.2.3"},
               {{"X-Forwarded-For: nobody"}, "127.0.0.1"},
               {{"X-Forwarded-For: 203.0.113.9, \"evil"}, "127.0.0.1"},
               {{"X-Forwarded-For: "}, "127.0.0.1"}});
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(HttpClientIpTest);

} // namespace kubecred::test
