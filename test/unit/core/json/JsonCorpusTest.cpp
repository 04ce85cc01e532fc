#include "kubecred/Error.h"
#include "kubecred/json/Document.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>
#include <vector>

namespace kubecred::test {
namespace {

// Whether white space may stand before a character tells, of each, what is allowed there: `.`
// inside of a token, `_` between tokens.
struct Sample {
    std::string text;
    std::string places;
};

const std::vector<Sample> samples{
    {R"({"a":[1,-2.5e3],"b":{},"c":true})", "__.._____.....___.._____..__...__"},
    {R"(["x",null])", "__..__...__"},
    {R"("text")", "_....._"},
    {R"(12)", "_._"},
};

bool isAccepted(const std::string& text) {
    try {
        json::parse(text);
        return true;
    } catch (const Error&) {
        return false;
    }
}

bool isWhiteSpace(int byte) { return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n'; }

bool isNeverJson(int byte) { return (byte < 0x20 && !isWhiteSpace(byte)) || byte >= 0x80; }

std::string withByte(std::string text, std::size_t place, int byte) {
    return text.insert(place, 1, static_cast<char>(byte));
}

} // namespace

/// JSON texts that were made by putting every byte at every place of good ones.
class JsonCorpusTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(JsonCorpusTest);
    CPPUNIT_TEST(nothingFollowsTheValueButWhiteSpace);
    CPPUNIT_TEST(nothingPrecedesTheValueButWhiteSpace);
    CPPUNIT_TEST(noStrayByteStandsAnywhere);
    CPPUNIT_TEST(whiteSpaceStandsBetweenTokens);
    CPPUNIT_TEST(oneByteOrderMarkIsSkipped);
    CPPUNIT_TEST_SUITE_END();

public:
    void nothingFollowsTheValueButWhiteSpace() {
        for (const auto& [text, places] : samples)
            for (int byte = 0; byte < 0x100; ++byte)
                for (const std::string after : {"", " ", "}", "garbage", "\xff\xff", "{\"b\":1}"}) {
                    if (text == "12" &&
                        std::string("0123456789.eE").find(static_cast<char>(byte)) !=
                            std::string::npos)
                        continue; // the number goes on
                    const bool isFine = isWhiteSpace(byte) && (after.empty() || after == " ");
                    const auto whole = text + static_cast<char>(byte) + after;
                    CPPUNIT_ASSERT_EQUAL_MESSAGE(whole, isFine, isAccepted(whole));
                    CPPUNIT_ASSERT_EQUAL_MESSAGE(
                        whole, isFine, isAccepted(text + " \n" + static_cast<char>(byte) + after));
                }
    }

    void nothingPrecedesTheValueButWhiteSpace() {
        for (const auto& [text, places] : samples)
            for (int byte = 0; byte < 0x100; ++byte)
                if (text != "12")
                    CPPUNIT_ASSERT_EQUAL(isWhiteSpace(byte), isAccepted(withByte(text, 0, byte)));
    }

    void noStrayByteStandsAnywhere() {
        for (const auto& [text, places] : samples)
            for (std::size_t i = 0; i <= text.size(); ++i)
                for (int byte = 0; byte < 0x100; ++byte)
                    if (isNeverJson(byte))
                        CPPUNIT_ASSERT_MESSAGE(text + " at " + std::to_string(i),
                                               !isAccepted(withByte(text, i, byte)));
    }

    void whiteSpaceStandsBetweenTokens() {
        for (const auto& [text, places] : samples) {
            CPPUNIT_ASSERT_EQUAL(text.size() + 1, places.size());
            for (std::size_t i = 0; i <= text.size(); ++i)
                for (const int byte : {' ', '\t', '\r', '\n'})
                    if (places[i] == '_')
                        CPPUNIT_ASSERT_MESSAGE(text + " at " + std::to_string(i),
                                               isAccepted(withByte(text, i, byte)));
        }
    }

    void oneByteOrderMarkIsSkipped() {
        const std::string mark = "\xef\xbb\xbf";
        for (const auto& [text, places] : samples) {
            CPPUNIT_ASSERT(isAccepted(mark + text));
            CPPUNIT_ASSERT(!isAccepted(mark + mark + text));
            CPPUNIT_ASSERT(!isAccepted(text + mark));
        }
        CPPUNIT_ASSERT(isAccepted(mark));
        const auto document = json::parse(mark + R"({"a":1})");
        CPPUNIT_ASSERT_EQUAL(std::string(R"({"a":1})"), document.root().compact());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(JsonCorpusTest);

} // namespace kubecred::test
