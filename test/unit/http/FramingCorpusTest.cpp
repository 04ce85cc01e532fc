#include "http/message/RequestParser.h"

#include "kubecred/Error.h"

#include <cppunit/extensions/HelperMacros.h>

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

namespace kubecred::test {
namespace {

/// A request, told by what each part of it is.
struct Sample {
    std::string header;  ///< request line and fields with the closing empty line
    std::string framing; ///< of the body, where it comes in chunks; its data is all `d`
};

std::vector<Sample> samples() {
    const std::string post = "POST /a%20b?c=d HTTP/1.1\r\nHost: a.example:80\r\nX-Field: v w\r\n";
    return {
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", ""},
        {"GET http://a/b HTTP/1.1\r\nHost: [::1]:1\r\nAccept: */*\r\n\r\n", ""},
        {post + "Content-Length: 4\r\n\r\n", ""},
        {post + "Transfer-Encoding: chunked\r\n\r\n", "4\r\ndddd\r\n0\r\n\r\n"},
        {post + "Transfer-Encoding: chunked\r\n\r\n",
         "2;n=v;m=\"q\\\"\"\r\ndd\r\n2\r\ndd\r\n0;n\r\nT: u v\r\nU:\r\n\r\n"},
    };
}

/// What became of some bytes: an error, or a request and what is left behind it.
struct Reading {
    bool refused = false;
    bool whole = false;
    std::string method, path, body, left;

    bool operator==(const Reading&) const = default;
};

Reading read(const std::string& bytes, std::size_t step) {
    const http::Limits limits;
    http::RequestParser parser(limits);
    Reading reading;
    try {
        for (std::size_t i = 0; i < bytes.size(); i += step) {
            reading.left += bytes.substr(i, step);
            if (!parser.done())
                reading.left.erase(0, parser.put(reading.left));
        }
    } catch (const Error&) {
        reading.refused = true;
        reading.left.clear();
        return reading;
    }
    reading.whole = parser.done();
    const auto request = parser.request();
    reading.method = nameOf(request.method);
    reading.path = request.path;
    reading.body = request.body;
    return reading;
}

std::string shown(const std::string& bytes) {
    std::string text;
    for (const char c : bytes) {
        char buffer[8];
        std::snprintf(buffer, sizeof buffer, c < 0x20 || c > 0x7e ? "\\x%02x" : "%c",
                      static_cast<unsigned char>(c));
        text += buffer;
    }
    return text;
}

// One of each kind that a reader may take for something.
const std::string telling("\0\t\n\r \x01\x7f\x80\xff:;,\"\\%#/?=0a(", 22);

bool isControlByte(int byte) { return byte < 0x20 || byte == 0x7f; }

} // namespace

/// Requests that were made by putting every byte into every place of good ones.
class FramingCorpusTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(FramingCorpusTest);
    CPPUNIT_TEST(theSamplesAreRead);
    CPPUNIT_TEST(noControlByteStandsInTheFrame);
    CPPUNIT_TEST(aCutChangesNothing);
    CPPUNIT_TEST_SUITE_END();

public:
    void theSamplesAreRead() {
        for (const auto& sample : samples()) {
            const auto reading = read(wholeOf(sample), 1);
            CPPUNIT_ASSERT_MESSAGE(shown(wholeOf(sample)), reading.whole && reading.left.empty());
        }
    }

    // A tab may stand for a blank in the value of a field.
    void noControlByteStandsInTheFrame() {
        for (const auto& sample : samples()) {
            const std::string frame = sample.header + sample.framing;
            for (std::size_t i = 0; i < frame.size(); ++i)
                for (int byte = 0; byte < 0x80; ++byte)
                    if (isControlByte(byte) && !isData(sample, i))
                        expectRefused(sample, i, static_cast<char>(byte));
        }
    }

    void aCutChangesNothing() {
        for (const auto& sample : samples()) {
            const std::string whole = wholeOf(sample);
            for (std::size_t i = 0; i < whole.size(); ++i)
                for (const char byte : telling) {
                    const auto changed = with(whole, i, 1, byte);
                    CPPUNIT_ASSERT_MESSAGE(shown(changed),
                                           read(changed, changed.size()) == read(changed, 5));
                }
        }
    }

private:
    static std::string wholeOf(const Sample& sample) {
        const bool hasLength = sample.header.find("Content-Length") != std::string::npos;
        return sample.header + (hasLength ? "dddd" : sample.framing);
    }

    static std::string with(std::string text, std::size_t place, std::size_t replaced, char byte) {
        return text.replace(place, replaced, 1, byte);
    }

    static bool isData(const Sample& sample, std::size_t place) {
        return place >= sample.header.size() && sample.framing[place - sample.header.size()] == 'd';
    }

    static void expectRefused(const Sample& sample, std::size_t place, char byte) {
        const std::string whole = wholeOf(sample);
        for (const std::size_t replaced : {0U, 1U}) {
            const auto bytes = with(whole, place, replaced, byte);
            if (bytes == whole || (byte == '\t' && isInFieldValue(bytes, place)) ||
                isEmptyLineBefore(bytes))
                continue;
            const auto reading = read(bytes, bytes.size());
            if (!reading.left.empty())
                continue; // stands behind the request, or in a header that has no end yet
            CPPUNIT_ASSERT_MESSAGE(shown(bytes), reading.refused);
        }
    }

    static bool isInFieldValue(const std::string& bytes, std::size_t place) {
        const auto lineBegin = bytes.rfind('\n', place);
        if (lineBegin == std::string::npos)
            return false; // the request line
        const auto colon = bytes.find(':', lineBegin);
        return colon != std::string::npos && colon < place;
    }

    static bool isEmptyLineBefore(const std::string& bytes) { return bytes.starts_with("\r\n"); }
};

CPPUNIT_TEST_SUITE_REGISTRATION(FramingCorpusTest);

} // namespace kubecred::test
