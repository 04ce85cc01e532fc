#include "http/message/ResponseWriter.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <string>
#include <utility>

namespace kubecred::test {

class ResponseWriterTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ResponseWriterTest);
    CPPUNIT_TEST(writesAnAnswer);
    CPPUNIT_TEST(carriesTheSecurityHeaders);
    CPPUNIT_TEST(carriesTheHeadersOfItsRoute);
    CPPUNIT_TEST(appends);
    CPPUNIT_TEST(headGetsTheLengthOnly);
    CPPUNIT_TEST(noContentHasNoLength);
    CPPUNIT_TEST(saysWhatBecomesOfTheConnection);
    CPPUNIT_TEST(tellsASecondLessThanTheConnectionStays);
    CPPUNIT_TEST(everyStatusHasItsReason);
    CPPUNIT_TEST_SUITE_END();

public:
    void writesAnAnswer() {
        const auto text = written({201, "{\"a\":1}", {{"X-Extra", "e"}}});
        CPPUNIT_ASSERT(text.starts_with("HTTP/1.1 201 Created\r\nDate: "));
        CPPUNIT_ASSERT(text.ends_with("\r\n\r\n{\"a\":1}"));
        for (const char* header : {"Content-Type: application/json; charset=utf-8",
                                   "Content-Length: 7", "X-Request-Id: request-1", "X-Extra: e"})
            CPPUNIT_ASSERT_MESSAGE(header, has(text, header));
        CPPUNIT_ASSERT(text.find(" GMT\r\n") != std::string::npos);
    }

    void carriesTheSecurityHeaders() {
        for (const int status : {200, 204, 404, 500})
            for (const char* header :
                 {"X-Content-Type-Options: nosniff", "Content-Security-Policy: default-src 'none'",
                  "Strict-Transport-Security: max-age=31536000; includeSubDomains",
                  "Referrer-Policy: no-referrer", "Cache-Control: no-store",
                  "X-Request-Id: request-1"})
                CPPUNIT_ASSERT_MESSAGE(header, has(written({status, {}}), header));
    }

    void carriesTheHeadersOfItsRoute() {
        const auto writtenAs = [](int status) {
            std::string out;
            http::writeResponse(
                out, {status, {}}, "request-1",
                {.contentSecurityPolicy = "img-src 'self'", .cacheControl = "max-age=300"}, {});
            return out;
        };
        for (const int status : {200, 304, 404, 500}) {
            const auto text = writtenAs(status);
            CPPUNIT_ASSERT(has(text, "Content-Security-Policy: img-src 'self'"));
            CPPUNIT_ASSERT(text.find("default-src") == std::string::npos);
            CPPUNIT_ASSERT(has(text, "X-Content-Type-Options: nosniff"));
            CPPUNIT_ASSERT_EQUAL(status < 400, has(text, "Cache-Control: max-age=300"));
            CPPUNIT_ASSERT_EQUAL(status >= 400, has(text, "Cache-Control: no-store"));
        }
    }

    void appends() {
        std::string out = "before";
        http::writeResponse(out, {200, "{}"}, "a", {}, {});
        http::writeResponse(out, {404, "{}"}, "b", {}, {});
        CPPUNIT_ASSERT(out.starts_with("beforeHTTP/1.1 200 OK\r\n"));
        CPPUNIT_ASSERT(out.find("\r\n\r\n{}HTTP/1.1 404 Not Found\r\n") != std::string::npos);
    }

    void headGetsTheLengthOnly() {
        const auto text = written({200, "{\"a\":1}"}, {.head = true});
        CPPUNIT_ASSERT(text.ends_with("\r\n\r\n"));
        CPPUNIT_ASSERT(has(text, "Content-Length: 7"));
    }

    void noContentHasNoLength() {
        const auto text = written({204, {}});
        CPPUNIT_ASSERT(text.starts_with("HTTP/1.1 204 No Content\r\n"));
        CPPUNIT_ASSERT(text.find("\r\nContent-") == text.find("\r\nContent-Security"));
        CPPUNIT_ASSERT(!has(text, "Content-Length: 0"));
        CPPUNIT_ASSERT(has(written({200, {}}), "Content-Length: 0"));
    }

    void saysWhatBecomesOfTheConnection() {
        CPPUNIT_ASSERT(written({}).find("\r\nConnection:") == std::string::npos);
        CPPUNIT_ASSERT(has(written({}, {.close = true}), "Connection: close"));
        const auto stays = http::keepAliveHeaders(std::chrono::seconds(75));
        const auto text = written({}, {.keepAlive = stays});
        CPPUNIT_ASSERT(has(text, "Connection: keep-alive") && has(text, "Keep-Alive: timeout=74"));
        const auto both = written({}, {.close = true, .keepAlive = stays});
        CPPUNIT_ASSERT(has(both, "Connection: close") && !has(both, "Connection: keep-alive"));
        CPPUNIT_ASSERT(both.find("Keep-Alive") == std::string::npos);
    }

    void tellsASecondLessThanTheConnectionStays() {
        using std::chrono::milliseconds;
        for (const auto& [idle, told] : {std::pair{milliseconds(75000), "timeout=74\r\n"},
                                         {milliseconds(2999), "timeout=1\r\n"},
                                         {milliseconds(1000), "timeout=1\r\n"},
                                         {milliseconds(10), "timeout=1\r\n"}})
            CPPUNIT_ASSERT(http::keepAliveHeaders(idle).ends_with(told));
    }

    void everyStatusHasItsReason() {
        const struct {
            int status;
            const char* reason;
        } cases[] = {{200, "OK"},
                     {201, "Created"},
                     {204, "No Content"},
                     {400, "Bad Request"},
                     {401, "Unauthorized"},
                     {403, "Forbidden"},
                     {404, "Not Found"},
                     {409, "Conflict"},
                     {411, "Length Required"},
                     {408, "Request Time-out"},
                     {405, "Method Not Allowed"},
                     {415, "Unsupported Media Type"},
                     {413, "Request Entity Too Large"},
                     {500, "Internal Server Error"},
                     {431, "Request Header Fields Too Large"},
                     {503, "Service Unavailable"}};
        for (const auto& [status, reason] : cases) {
            const auto text = written({status, {}});
            CPPUNIT_ASSERT_EQUAL("HTTP/1.1 " + std::to_string(status) + " " + reason,
                                 text.substr(0, text.find("\r\n")));
        }
    }

private:
    static std::string written(const http::Response& response, const http::Framing& framing = {}) {
        std::string out;
        http::writeResponse(out, response, "request-1", {}, framing);
        return out;
    }

    static bool has(const std::string& text, const std::string& header) {
        return text.find("\r\n" + header + "\r\n") < text.find("\r\n\r\n");
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ResponseWriterTest);

} // namespace kubecred::test
