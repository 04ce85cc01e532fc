#include "http/message/RequestParser.h"

#include "unit/ThrownError.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace kubecred::test {

using http::Method;
using http::RequestParser;

namespace {

const std::string hello = "POST /a/b?x=1&y=/ HTTP/1.1\r\nHost: example.org\r\nX-Empty:\r\n"
                          "Content-Type: application/json\r\ncontent-length: 5\r\n\r\nhello";

} // namespace

class RequestParserTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(RequestParserTest);
    CPPUNIT_TEST(readsAWholeRequest);
    CPPUNIT_TEST(readsInPieces);
    CPPUNIT_TEST(leavesWhatFollows);
    CPPUNIT_TEST(readsMethods);
    CPPUNIT_TEST(readsTargets);
    CPPUNIT_TEST(ignoresOneEmptyLineBefore);
    CPPUNIT_TEST(tellsWhatItHasSoFar);
    CPPUNIT_TEST_SUITE_END();

public:
    void readsAWholeRequest() {
        RequestParser parser(limits_);
        CPPUNIT_ASSERT_EQUAL(hello.size(), parser.put(hello));
        expectHello(parser, "whole");
    }

    // However the network cuts it, and though what was not taken moves in memory.
    void readsInPieces() {
        for (std::size_t cut = 1; cut < hello.size(); ++cut) {
            RequestParser parser(limits_);
            std::string input = hello.substr(0, cut);
            input.erase(0, parser.put(input));
            input += hello.substr(cut);
            CPPUNIT_ASSERT_EQUAL(input.size(), parser.put(input));
            expectHello(parser, "cut at " + std::to_string(cut));
        }
        RequestParser parser(limits_);
        std::string input;
        for (const char c : hello) {
            CPPUNIT_ASSERT(!parser.done());
            input += c;
            input.erase(0, parser.put(input));
        }
        CPPUNIT_ASSERT(input.empty());
        expectHello(parser, "byte by byte");
    }

    void leavesWhatFollows() {
        const std::string get = "GET /next HTTP/1.1\r\nHost: b\r\n\r\n";
        const std::string chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                                    "\r\n5\r\nhello\r\n0\r\n\r\n";
        for (const auto& first : {hello, get, chunked}) {
            RequestParser parser(limits_);
            CPPUNIT_ASSERT_EQUAL(first.size(), parser.put(first + get));
            CPPUNIT_ASSERT(parser.done());
            CPPUNIT_ASSERT_EQUAL(std::size_t{0}, parser.put(get));
        }
    }

    void readsMethods() {
        for (const auto& [name, method] :
             std::initializer_list<std::pair<std::string, Method>>{{"GET", Method::get},
                                                                   {"HEAD", Method::head},
                                                                   {"POST", Method::post},
                                                                   {"PUT", Method::put},
                                                                   {"PATCH", Method::patch},
                                                                   {"DELETE", Method::delete_},
                                                                   {"OPTIONS", Method::options},
                                                                   {"TRACE", Method::other},
                                                                   {"CONNECT", Method::other},
                                                                   {"get", Method::other},
                                                                   {"BREW", Method::other}}) {
            RequestParser parser(limits_);
            parser.put(name + " / HTTP/1.1\r\nHost: a\r\n\r\n");
            CPPUNIT_ASSERT_MESSAGE(name, parser.done());
            CPPUNIT_ASSERT_MESSAGE(name, parser.request().method == method);
        }
    }

    void readsTargets() {
        for (const auto& [target, path] :
             std::initializer_list<std::pair<std::string, std::string>>{
                 {"/", "/"},
                 {"/a?b", "/a"},
                 {"/a/?", "/a/"},
                 {"/?a?b", "/"},
                 {"*", "*"},
                 {"/%61", "/%61"},
                 {"//a", "//a"},
                 {"http://example.org/a?b", "/a"},
                 {"HTTPS://example.org:443/a/b", "/a/b"},
                 {"http://example.org", "/"},
                 {"http://example.org?a=/b", "/"},
                 {"/http://x/y", "/http://x/y"}}) {
            RequestParser parser(limits_);
            parser.put("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
            CPPUNIT_ASSERT_EQUAL_MESSAGE(target, path, std::string(parser.request().path));
        }
    }

    void ignoresOneEmptyLineBefore() {
        RequestParser whole(limits_);
        CPPUNIT_ASSERT_EQUAL(hello.size() + 2, whole.put("\r\n" + hello));
        expectHello(whole, "whole");

        RequestParser pieces(limits_);
        std::string input;
        for (const char c : "\r\n" + hello) {
            input += c;
            input.erase(0, pieces.put(input));
        }
        CPPUNIT_ASSERT(input.empty());
        expectHello(pieces, "byte by byte");
    }

    void tellsWhatItHasSoFar() {
        RequestParser parser(limits_);
        CPPUNIT_ASSERT(!parser.headerDone() && !parser.done() && !parser.keepAlive());
        parser.put("POST / HTTP/1.1\r\nHost: a\r\n");
        CPPUNIT_ASSERT(parser.request().method == Method::other);
        CPPUNIT_ASSERT(parser.request().headers.empty());

        RequestParser refused(limits_);
        thrownError([&] {
            refused.put("POST /a HTTP/1.1\r\nHost: a\r\nX-Request-Id: r1\r\n"
                        "Content-Length: 102401\r\n\r\n");
        });
        CPPUNIT_ASSERT_EQUAL(std::string("/a"), std::string(refused.request().path));
        CPPUNIT_ASSERT_EQUAL(std::string("r1"),
                             std::string(refused.request().header("x-request-id").value_or("")));
    }

private:
    static void expectHello(const RequestParser& parser, const std::string& how) {
        CPPUNIT_ASSERT_MESSAGE(how, parser.done() && parser.keepAlive() && !parser.isHttp10());
        const auto request = parser.request();
        CPPUNIT_ASSERT_MESSAGE(how, request.method == Method::post);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(how, std::string("/a/b"), std::string(request.path));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(how, std::string("hello"), std::string(request.body));
        std::string headers;
        for (const auto& header : request.headers)
            headers.append(header.name).append("=").append(header.value).append(";");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(how,
                                     std::string("Host=example.org;X-Empty=;Content-Type="
                                                 "application/json;content-length=5;"),
                                     headers);
    }

    const http::Limits limits_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(RequestParserTest);

} // namespace kubecred::test
