#include "kubecred/Digest.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <string>

namespace kubecred::test {

class DigestTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(DigestTest);
    CPPUNIT_TEST(isSha256);
    CPPUNIT_TEST(readsWhatItWrites);
    CPPUNIT_TEST(readsNothingElse);
    CPPUNIT_TEST(comparesToTheLastByte);
    CPPUNIT_TEST_SUITE_END();

public:
    // The examples of FIPS 180-4.
    void isSha256() {
        CPPUNIT_ASSERT_EQUAL(
            std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            sha256Hex(""));
        CPPUNIT_ASSERT_EQUAL(
            std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            sha256Hex("abc"));
        CPPUNIT_ASSERT(sha256Hex(std::string("a\0b", 3)) != sha256Hex("a"));
    }

    void readsWhatItWrites() {
        CPPUNIT_ASSERT(parseDigest(sha256Hex("abc")) == sha256("abc"));
        std::string capitals = sha256Hex("abc");
        std::ranges::transform(capitals, capitals.begin(), [](char c) {
            return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
        });
        CPPUNIT_ASSERT(parseDigest(capitals) == sha256("abc"));
    }

    void readsNothingElse() {
        const std::string good = sha256Hex("abc");
        for (const std::string& bad :
             {std::string(), good.substr(1), good + "0", "g" + good.substr(1), good.substr(1) + "x",
              " " + good.substr(1), "-" + good.substr(1), "0x" + good.substr(2)})
            CPPUNIT_ASSERT_MESSAGE(bad, !parseDigest(bad));
    }

    void comparesToTheLastByte() {
        const Digest digest = sha256("abc");
        CPPUNIT_ASSERT(equalDigests(digest, sha256("abc")));
        for (std::size_t i = 0; i < digest.size(); ++i) {
            Digest other = digest;
            other[i] ^= 1;
            CPPUNIT_ASSERT(!equalDigests(digest, other));
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(DigestTest);

} // namespace kubecred::test
