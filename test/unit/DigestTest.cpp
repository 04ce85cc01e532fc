#include "kubecred/Digest.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace kubecred::test {

class DigestTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(DigestTest);
    CPPUNIT_TEST(isSha256);
    CPPUNIT_TEST(comparesSecrets);
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

    void comparesSecrets() {
        CPPUNIT_ASSERT(equalSecrets("", ""));
        CPPUNIT_ASSERT(equalSecrets("secret", "secret"));
        for (const char* other : {"", "secre", "secret ", "Secret", "secreT", "secretsecret"})
            CPPUNIT_ASSERT_MESSAGE(other, !equalSecrets("secret", other));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(DigestTest);

} // namespace kubecred::test
