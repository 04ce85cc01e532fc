#include "http/message/RequestParser.h"

#include "unit/ThrownError.h"

#include <cppunit/extensions/HelperMacros.h>

#include <cstdio>
#include <string>

namespace kubecred::test {

using http::RequestParser;

class RequestLimitsTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(RequestLimitsTest);
    CPPUNIT_TEST(boundsBodiesWithALength);
    CPPUNIT_TEST(aRouteMayHaveItsOwnBound);
    CPPUNIT_TEST(boundsChunkedBodies);
    CPPUNIT_TEST(boundsWhatChunksTakeOnTheWire);
    CPPUNIT_TEST(boundsChunkLines);
    CPPUNIT_TEST(boundsTrailers);
    CPPUNIT_TEST(boundsTheNumberOfFields);
    CPPUNIT_TEST(boundsTheHeader);
    CPPUNIT_TEST(boundsAHeaderThatComesInPieces);
    CPPUNIT_TEST(boundsFieldsThatComeOneByOne);
    CPPUNIT_TEST_SUITE_END();

public:
    void boundsBodiesWithALength() {
        RequestParser parser(limits_);
        feed(parser, withLength(102400), 65536);
        CPPUNIT_ASSERT(parser.done());
        CPPUNIT_ASSERT_EQUAL(std::size_t{102400}, parser.request().body.size());
        for (const std::size_t size : {std::size_t{102401}, std::size_t{1} << 40}) {
            RequestParser refusing(limits_);
            const auto header =
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(size) +
                "\r\n\r\n";
            CPPUNIT_ASSERT(kindOf(refusing, header, 65536) == ErrorKind::bodyTooLarge);
        }
    }

    void aRouteMayHaveItsOwnBound() {
        for (const std::size_t bound : {std::size_t{10}, std::size_t{200000}})
            for (const bool isTooLarge : {false, true}) {
                const std::string body(bound + (isTooLarge ? 1 : 0), 'x');
                RequestParser parser(limits_);
                parser.putHeader("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " +
                                 std::to_string(body.size()) + "\r\n\r\n");
                parser.limitBody(bound);
                RequestParser chunkedParser(limits_);
                chunkedParser.putHeader(chunkedHeader);
                chunkedParser.limitBody(bound);
                const auto chunked = chunks(1, body.size(), "");
                if (isTooLarge) {
                    CPPUNIT_ASSERT(thrownError([&] { parser.putBody({}); }).kind() ==
                                   ErrorKind::bodyTooLarge);
                    CPPUNIT_ASSERT(thrownError([&] { chunkedParser.putBody(chunked); }).kind() ==
                                   ErrorKind::bodyTooLarge);
                } else {
                    CPPUNIT_ASSERT_EQUAL(body.size(), parser.putBody(body));
                    CPPUNIT_ASSERT(parser.done() && parser.body() == body);
                    CPPUNIT_ASSERT_EQUAL(chunked.size(), chunkedParser.putBody(chunked));
                    CPPUNIT_ASSERT(chunkedParser.body() == body);
                }
            }
    }

    void boundsChunkedBodies() {
        for (const std::size_t chunk : {std::size_t{1024}, std::size_t{102400}}) {
            const std::string most = chunks(102400 / chunk, chunk, "");
            RequestParser parser(limits_);
            feed(parser, chunkedHeader + most + "0\r\n\r\n", 8192);
            CPPUNIT_ASSERT(parser.done());
            CPPUNIT_ASSERT_EQUAL(std::size_t{102400}, parser.request().body.size());

            RequestParser refusing(limits_);
            CPPUNIT_ASSERT(kindOf(refusing, chunkedHeader + most + "1\r\nx\r\n0\r\n\r\n", 8192) ==
                           ErrorKind::bodyTooLarge);
        }
        RequestParser atOnce(limits_);
        CPPUNIT_ASSERT(kindOf(atOnce, chunkedHeader + chunks(1, 102401, ""), 1 << 20) ==
                       ErrorKind::bodyTooLarge);
    }

    void boundsWhatChunksTakeOnTheWire() {
        RequestParser parser(limits_);
        const std::string tiny = chunks(2000, 1, ";" + std::string(1000, 'e'));
        CPPUNIT_ASSERT(kindOf(parser, chunkedHeader + tiny, 4096) == ErrorKind::bodyTooLarge);
    }

    void boundsChunkLines() {
        RequestParser extension(limits_);
        CPPUNIT_ASSERT(kindOf(extension, chunkedHeader + "5;" + std::string(40000, 'e'), 1000) ==
                       ErrorKind::bodyTooLarge);
        RequestParser digits(limits_);
        CPPUNIT_ASSERT(kindOf(digits, chunkedHeader + std::string(40000, '0'), 1000) ==
                       ErrorKind::bodyTooLarge);
    }

    void boundsTrailers() {
        RequestParser parser(limits_);
        std::string trailers;
        for (int i = 0; i < 4000; ++i)
            trailers += "X-Trailer: value\r\n";
        CPPUNIT_ASSERT(kindOf(parser, chunkedHeader + "0\r\n" + trailers, 1000) ==
                       ErrorKind::headersTooLarge);
    }

    void boundsTheNumberOfFields() {
        const auto withFields = [](int count) {
            std::string text = "GET / HTTP/1.1\r\nHost: a\r\n";
            for (int i = 1; i < count; ++i)
                text += "X: y\r\n";
            return text + "\r\n";
        };
        RequestParser parser(limits_);
        feed(parser, withFields(100), 1 << 20);
        CPPUNIT_ASSERT(parser.done());
        RequestParser refusing(limits_);
        CPPUNIT_ASSERT(kindOf(refusing, withFields(101), 1 << 20) == ErrorKind::headersTooLarge);
    }

    void boundsTheHeader() {
        const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
        const std::string end = "\r\n\r\n";
        const std::size_t most = 16384 - start.size() - end.size();
        for (const std::size_t step : {std::size_t{1000}, std::size_t{1} << 20}) {
            RequestParser parser(limits_);
            feed(parser, start + std::string(most, 'x') + end, step);
            CPPUNIT_ASSERT(parser.done());
            RequestParser refusing(limits_);
            CPPUNIT_ASSERT(kindOf(refusing, start + std::string(most + 1, 'x') + end, step) ==
                           ErrorKind::headersTooLarge);
        }
        RequestParser target(limits_);
        CPPUNIT_ASSERT(kindOf(target, "GET /" + std::string(20000, 'a'), 1000) ==
                       ErrorKind::headersTooLarge);
        RequestParser method(limits_);
        CPPUNIT_ASSERT(kindOf(method, std::string(20000, 'A'), 1000) == ErrorKind::headersTooLarge);
    }

    void boundsAHeaderThatComesInPieces() {
        std::string text = "GET / HTTP/1.1\r\nHost: a\r\n";
        for (int i = 0; i < 24; ++i)
            text += "X: " + std::string(1000, 'x') + "\r\n";
        for (const std::size_t step : {100U, 1007U, 8192U, 16000U}) {
            RequestParser parser(limits_);
            CPPUNIT_ASSERT_MESSAGE(std::to_string(step), kindOf(parser, text + "\r\n", step) ==
                                                             ErrorKind::headersTooLarge);
        }
    }

    // Each piece ends with the first letter of the next field, so that all before it is complete.
    void boundsFieldsThatComeOneByOne() {
        RequestParser parser(limits_);
        feed(parser, "GET / HTTP/1.1\r\nHost: a\r\nX", 1 << 20);
        const std::string field = "-F: " + std::string(200, 'x') + "\r\nX";
        std::string input = "X";
        const auto error = thrownError([&] {
            for (int i = 0; i < 1000; ++i) {
                input += field;
                input.erase(0, parser.put(input));
            }
        });
        CPPUNIT_ASSERT(error.kind() == ErrorKind::headersTooLarge);
    }

private:
    static std::string withLength(std::size_t size) {
        return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(size) +
               "\r\n\r\n" + std::string(size, 'x');
    }

    static std::string chunks(std::size_t count, std::size_t size, const std::string& extension) {
        char digits[20];
        std::snprintf(digits, sizeof digits, "%zx", size);
        std::string text;
        for (std::size_t i = 0; i < count; ++i)
            text += digits + extension + "\r\n" + std::string(size, 'x') + "\r\n";
        return text;
    }

    // As a connection does: `step` bytes arrive at a time, and what was not taken is kept.
    static void feed(RequestParser& parser, const std::string& text, std::size_t step) {
        std::string input;
        for (std::size_t i = 0; i < text.size(); i += step) {
            input += text.substr(i, step);
            input.erase(0, parser.put(input));
        }
    }

    static ErrorKind kindOf(RequestParser& parser, const std::string& text, std::size_t step) {
        return thrownError([&] { feed(parser, text, step); }).kind();
    }

    const std::string chunkedHeader =
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    const http::Limits limits_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(RequestLimitsTest);

} // namespace kubecred::test
