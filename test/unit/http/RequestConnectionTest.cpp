#include "http/message/RequestParser.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace kubecred::test {

using http::RequestParser;

// What a request says about the connection that it came over.
class RequestConnectionTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(RequestConnectionTest);
    CPPUNIT_TEST(knowsWhetherTheConnectionStays);
    CPPUNIT_TEST(knowsWhoWaitsForContinue);
    CPPUNIT_TEST_SUITE_END();

public:
    void knowsWhetherTheConnectionStays() {
        CPPUNIT_ASSERT(staysOpen("HTTP/1.1", ""));
        CPPUNIT_ASSERT(!staysOpen("HTTP/1.1", "Connection: close\r\n"));
        CPPUNIT_ASSERT(!staysOpen("HTTP/1.1", "connection: x, Close\r\n"));
        CPPUNIT_ASSERT(staysOpen("HTTP/1.1", "Connection: keep-alive\r\n"));
        CPPUNIT_ASSERT(!staysOpen("HTTP/1.0", ""));
        CPPUNIT_ASSERT(staysOpen("HTTP/1.0", "Connection: Keep-Alive\r\n"));
        CPPUNIT_ASSERT(!staysOpen("HTTP/1.0", "Connection: close\r\n"));
    }

    void knowsWhoWaitsForContinue() {
        const std::string length = "Content-Length: 5\r\n";
        CPPUNIT_ASSERT(waits("HTTP/1.1", "Expect: 100-continue\r\n" + length, ""));
        CPPUNIT_ASSERT(waits("HTTP/1.1", "expect: 100-Continue\r\n" + length, ""));
        CPPUNIT_ASSERT(!waits("HTTP/1.1", "Expect: 100-continue\r\n" + length, "h"));
        CPPUNIT_ASSERT(!waits("HTTP/1.1", "Expect: 100-continue\r\n" + length, "hello"));
        CPPUNIT_ASSERT(!waits("HTTP/1.1", "Expect: 100-continue\r\nContent-Length: 0\r\n", ""));
        CPPUNIT_ASSERT(!waits("HTTP/1.0", "Expect: 100-continue\r\n" + length, ""));
        CPPUNIT_ASSERT(!waits("HTTP/1.1", length, ""));
        RequestParser unfinished(limits_);
        unfinished.put("POST / HTTP/1.1\r\nExpect: 100-continue\r\n");
        CPPUNIT_ASSERT(!unfinished.expectsContinue());
    }

private:
    bool staysOpen(const std::string& version, const std::string& header) const {
        RequestParser parser(limits_);
        parser.put("GET / " + version + "\r\nHost: a\r\n" + header + "\r\n");
        CPPUNIT_ASSERT(parser.done());
        CPPUNIT_ASSERT_EQUAL(version == "HTTP/1.0", parser.isHttp10());
        return parser.keepAlive();
    }

    bool waits(const std::string& version, const std::string& header,
               const std::string& body) const {
        RequestParser parser(limits_);
        parser.put("POST / " + version + "\r\nHost: a\r\n" + header + "\r\n" + body);
        return parser.expectsContinue();
    }

    const http::Limits limits_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(RequestConnectionTest);

} // namespace kubecred::test
