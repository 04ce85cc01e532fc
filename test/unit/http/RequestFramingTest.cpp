#include "http/message/RequestParser.h"

#include "unit/ThrownError.h"

#include <cppunit/extensions/HelperMacros.h>

#include <optional>
#include <string>
#include <vector>

namespace kubecred::test {

using http::RequestParser;

class RequestFramingTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(RequestFramingTest);
    CPPUNIT_TEST(wantsOneHost);
    CPPUNIT_TEST(wantsAHostThatIsOne);
    CPPUNIT_TEST(wantsATargetThatEverybodyReadsAlike);
    CPPUNIT_TEST(wantsOnePlainContentLength);
    CPPUNIT_TEST(knowsNoCodingButChunked);
    CPPUNIT_TEST(refusesBadChunks);
    CPPUNIT_TEST(refusesWhatHidesInChunkExtensions);
    CPPUNIT_TEST(refusesOddTrailers);
    CPPUNIT_TEST(refusesFoldedFields);
    CPPUNIT_TEST(refusesFoldedFieldsHoweverTheyAreCut);
    CPPUNIT_TEST(refusesMalformedLines);
    CPPUNIT_TEST(refusesAtOnceWhatIsNoHttp);
    CPPUNIT_TEST(asksForTheLengthThatIsOwed);
    CPPUNIT_TEST(trailersAreNoHeaders);
    CPPUNIT_TEST_SUITE_END();

public:
    void wantsOneHost() {
        expectMalformed("GET / HTTP/1.1\r\n\r\n");
        expectMalformed("GET / HTTP/1.1\r\nX: y\r\n\r\n");
        expectMalformed("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n");
        expectMalformed("GET / HTTP/1.1\r\nHost: a\r\nX: y\r\nhOST: b\r\n\r\n");
        expectMalformed("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n");
        expectAccepted("GET / HTTP/1.0\r\n\r\n");
        expectAccepted("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        expectAccepted("GET / HTTP/1.1\r\nHost:\r\n\r\n");
    }

    void wantsAHostThatIsOne() {
        for (const std::string host : {"a", "a.example:8080", "192.0.2.1", "192.0.2.1:80", "a_b",
                                       "[2001:db8::1]", "[::ffff:192.0.2.1]:3000", "a:", "A-1~"})
            expectAccepted("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
        for (const std::string host :
             {"a b",      "a,b", "a, b",  "user@a", "u:p@a", "a:80:81", "a/b",     "a/",
              "http://a", "a?b", "a#b",   "[::1",   "::1",   "a:8o",    "[::1]x",  "[]",
              "[g::1]",   ":80", "a%20b", "a\\b",   "a\"b",  "<a>",     "\xc3\xa9"}) {
            expectMalformed("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
            expectMalformed("GET http://" + host + " x HTTP/1.1\r\nHost: a\r\n\r\n");
        }
    }

    void wantsATargetThatEverybodyReadsAlike() {
        for (const std::string target :
             {"/", "/a", "/a/", "/a%20b", "/%7e", "/a?b=c&d=%26", "/?", "//a", "/a;b", "http://a",
              "HTTP://a/b", "https://a:1/b?c", "http://[::1]/", "*"})
            expectAccepted("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
        for (const std::string target :
             {"/#", "/a#b", "/a?b#c", "/%", "/%2", "/%2g", "/%g2", "/a?b=%", "/\x80", "/\xc3\xa9",
              "/a?\xff", "http://", "http:///a", "http://u@a/", "http://a,b/"})
            expectMalformed("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    void wantsOnePlainContentLength() {
        for (const std::string value :
             {"+5", "-1", "-5", "1,1", "5, 5", "5 5", "0x5", "5;", "5.0", "\"5\"", "", "five",
              "99999999999999999999", "18446744073709551616", "5\x01"})
            expectMalformed(post("Content-Length: " + value + "\r\n") + "hello");
        expectMalformed(post("Content-Length: 5\r\nContent-Length: 5\r\n") + "hello");
        expectMalformed(post("Content-Length: 5\r\nContent-Length: 6\r\n") + "hello!");
        expectMalformed(post("Content-Length: 5\r\nX: y\r\ncontent-length: 4\r\n") + "hello");
        expectMalformed(post("Content-Length : 5\r\n") + "hello");
        expectAccepted(post("Content-Length: 5\r\n") + "hello");
        expectAccepted(post("Content-Length:\t5 \r\n") + "hello");
        expectAccepted(post("Content-Length: 005\r\n") + "hello");
        expectAccepted(post("Content-Length: 0\r\n"));
    }

    void knowsNoCodingButChunked() {
        const std::string body = "5\r\nhello\r\n0\r\n\r\n";
        expectAccepted(post("Transfer-Encoding: chunked\r\n") + body);
        expectAccepted(post("transfer-encoding: Chunked\r\n") + body);
        for (const std::string value : {"gzip", "identity", "gzip, chunked", "chunked, chunked",
                                        "chunked, gzip", "chunked;x=1", "xchunked", "chunked,",
                                        ",chunked", "\"chunked\"", "=?utf-8?q?chunked?=", ""})
            expectMalformed(post("Transfer-Encoding: " + value + "\r\n") + body);
        expectMalformed(post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n") +
                        body);
        expectMalformed(post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n") + body);
        expectMalformed(post("Content-Length: 15\r\nTransfer-Encoding: chunked\r\n") + body);
        expectMalformed(post("Transfer-Encoding: chunked\r\nContent-Length: 15\r\n") + body);
        expectMalformed(post("Transfer-Encoding : chunked\r\n") + body);
        expectMalformed("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body);
    }

    void refusesBadChunks() {
        for (const std::string body :
             {"x\r\nhello\r\n", "\r\n0\r\n\r\n", "-5\r\nhello\r\n", "+5\r\nhello\r\n",
              "0x5\r\n\r\n", "5\nhello\r\n0\r\n\r\n", "5\r\nhelloX\r\n0\r\n\r\n",
              "5\r\nhello0\r\n\r\n", "ffffffffffffffffff\r\n", "5;\x01\r\nhello\r\n0\r\n\r\n",
              "0\r\nbad\r\n\r\n", "0\r\nX y: z\r\n\r\n"})
            expectMalformed(post("Transfer-Encoding: chunked\r\n") + body);
        expectAccepted(post("Transfer-Encoding: chunked\r\n") +
                       "5;a=b;c=\"d\"\r\nhello\r\nA\r\n0123456789\r\n00\r\n\r\n");
    }

    void refusesWhatHidesInChunkExtensions() {
        const auto extended = [](const std::string& extension) {
            return post("Transfer-Encoding: chunked\r\n") + "2" + extension + "\r\nhi\r\n0\r\n\r\n";
        };
        for (const std::string extension :
             {";a", ";a=b", ";a=\"b\"", " ; a = b", ";a=\"\"", ";a=\"b;\\\"c\";d", ";a;b=1;c"})
            expectAccepted(extended(extension));
        for (const std::string extension :
             {";", ";a=", ";a=\"b", ";=b", "g", " ", ";a=b c", ";a=\"\nx\"", ";a=\"\rx\"",
              ";a=\"\tx\"", ";a=\"\x01\"", ";a=\"\x7f\"", ";a\tb", ";;", ";a=\"\\\""})
            expectMalformed(extended(extension));
        expectMalformed(extended(std::string(";a=\"\0\"", 6)));
        // The second request inside of the chunk must not be seen by anybody.
        expectMalformed(post("Transfer-Encoding: chunked\r\n") +
                        "2;a=\"\nx\"\r\nGET / HTTP/1.1\r\n\r\n\r\n0\r\n\r\n");
    }

    void refusesOddTrailers() {
        const auto trailing = [](const std::string& trailers) {
            return post("Transfer-Encoding: chunked\r\n") + "2\r\nhi\r\n0\r\n" + trailers + "\r\n";
        };
        expectAccepted(trailing("X: y\r\n"));
        expectAccepted(trailing("X:\r\nY: a\tb\xc3\xa9\r\n"));
        for (const std::string line :
             {"X: a\r\n b\r\n", "X: a\r\n\tb\r\n", " X: a\r\n", "X\r\n", ": a\r\n", "X : a\r\n",
              "X: a\nY: b\r\n", "X: a\rb\r\n", "X: \x01\r\n", "X: \x7f\r\n",
              "content-length: 5\r\n", "Transfer-Encoding: chunked\r\n", "X(: a\r\n"})
            expectMalformed(trailing(line));
        std::string many;
        for (int i = 0; i < 100; ++i)
            many += "X: y\r\n";
        expectAccepted(trailing(many));
        const auto error = read({trailing(many + "X: y\r\n")});
        CPPUNIT_ASSERT(error && error->kind() == ErrorKind::headersTooLarge);
    }

    void refusesFoldedFields() {
        expectMalformed("GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n");
        expectMalformed("GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n\tb\r\nY: z\r\n\r\n");
        expectMalformed("GET / HTTP/1.1\r\nHost:\r\n a\r\n\r\n");
        expectMalformed("GET / HTTP/1.1\r\n X: y\r\nHost: a\r\n\r\n");
    }

    void refusesFoldedFieldsHoweverTheyAreCut() {
        const std::string text = "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\nY: c\r\n\r\n";
        for (std::size_t cut = 1; cut < text.size(); ++cut)
            CPPUNIT_ASSERT_MESSAGE("cut at " + std::to_string(cut),
                                   read({text.substr(0, cut), text.substr(cut)}).has_value());
    }

    void refusesMalformedLines() {
        const std::string host = "Host: a\r\n\r\n";
        for (const std::string line :
             {"GET / HTTP/9.9\r\n", "GET / HTTP/2.0\r\n", "GET / HTTP/1.2\r\n",
              "GET / HTTP/0.9\r\n", "GET / http/1.1\r\n", "GET / HTTP/1.1 \r\n", "GET /\r\n",
              "GET\r\n", "GET  / HTTP/1.1\r\n", "GET /a b HTTP/1.1\r\n", "GET / HTTP/1.1\n",
              "GET /\x01 HTTP/1.1\r\n", "G(T / HTTP/1.1\r\n", "GET /\t HTTP/1.1\r\n"})
            expectMalformed(line + host);
        for (const std::string field : {"X y: z\r\n", "X : y\r\n", ": y\r\n", "X\r\n", "X: y\n",
                                        "X: a\rb\r\n", "X: a\x01\r\n", "X(: y\r\n", "X: a\x7f\r\n"})
            expectMalformed("GET / HTTP/1.1\r\n" + field + host);
        expectMalformed(std::string("GET /\0 HTTP/1.1\r\n", 18) + host);
        expectMalformed(std::string("GET / HTTP/1.1\r\nX: a\0b\r\n", 24) + host);
        expectMalformed(std::string("GET / HTTP/1.1\r\nX\0: b\r\n", 23) + host);
    }

    // Their end may never come.
    void refusesAtOnceWhatIsNoHttp() {
        for (const auto& bytes :
             {std::string("\x16\x03\x01\x02", 4), std::string("\0", 1), std::string("{"),
              std::string(" "), std::string("\n"), std::string("\x80\x2e")})
            expectMalformed(bytes);
    }

    void asksForTheLengthThatIsOwed() {
        const auto isOwed = [this](const std::string& text) {
            const auto error = read({text});
            return error && error->kind() == ErrorKind::lengthRequired;
        };
        for (const std::string method : {"POST", "PUT", "PATCH"}) {
            const std::string type = "Content-Type: application/json\r\n";
            CPPUNIT_ASSERT(isOwed(method + " / HTTP/1.0\r\n" + type + "\r\n"));
            CPPUNIT_ASSERT(isOwed(method + " / HTTP/1.0\r\n\r\n"));
            expectAccepted(method + " / HTTP/1.1\r\nHost: a\r\n" + type + "\r\n");
            expectAccepted(method + " / HTTP/1.1\r\nHost: a\r\n\r\n");
            expectAccepted(method + " / HTTP/1.0\r\nContent-Length: 0\r\n\r\n");
        }
        expectAccepted("GET / HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n\r\n");
        expectAccepted("DELETE / HTTP/1.0\r\n\r\n");
    }

    void trailersAreNoHeaders() {
        RequestParser parser(limits_);
        parser.put(post("Transfer-Encoding: chunked\r\n") +
                   "5\r\nhello\r\n0\r\nX-Request-Id: evil\r\nHost: b\r\n"
                   "Content-Encoding: gzip\r\n\r\n");
        CPPUNIT_ASSERT(parser.done());
        const auto request = parser.request();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, request.headers.size());
        CPPUNIT_ASSERT(!request.header("X-Request-Id") && !request.header("Content-Encoding"));
        CPPUNIT_ASSERT_EQUAL(std::string("a"), std::string(*request.header("Host")));
        CPPUNIT_ASSERT_EQUAL(std::string("hello"), std::string(request.body));
    }

private:
    static std::string post(const std::string& fields) {
        return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
    }

    // The error that comes of the pieces; nothing where they are one request.
    std::optional<Error> read(const std::vector<std::string>& pieces) const {
        RequestParser parser(limits_);
        std::string input;
        try {
            for (const auto& piece : pieces) {
                input += piece;
                input.erase(0, parser.put(input));
            }
        } catch (const Error& error) {
            return error;
        }
        CPPUNIT_ASSERT_MESSAGE("incomplete, left: " + input, parser.done() && input.empty());
        return std::nullopt;
    }

    static std::vector<std::string> bytesOf(const std::string& text) {
        std::vector<std::string> bytes;
        for (const char c : text)
            bytes.emplace_back(1, c);
        return bytes;
    }

    void expectMalformed(const std::string& text) const {
        for (const auto& pieces : {std::vector<std::string>{text}, bytesOf(text)}) {
            const auto error = read(pieces);
            CPPUNIT_ASSERT_MESSAGE(text, error && error->kind() == ErrorKind::malformedRequest);
            CPPUNIT_ASSERT_EQUAL(std::string("Malformed HTTP request"), std::string(error->what()));
        }
    }

    void expectAccepted(const std::string& text) const {
        CPPUNIT_ASSERT_MESSAGE(text, !read({text}));
        CPPUNIT_ASSERT_MESSAGE(text, !read(bytesOf(text)));
    }

    const http::Limits limits_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(RequestFramingTest);

} // namespace kubecred::test
