#include "support/Process.h"
#include "support/TemporaryDirectory.h"

#include <cppunit/extensions/HelperMacros.h>

#include <filesystem>
#include <regex>
#include <string>

namespace kubecred::test {

/// The number that the build makes of the headers that modules see.
class ModuleAbiTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ModuleAbiTest);
    CPPUNIT_TEST(theSameHeadersAreTheSameNumber);
    CPPUNIT_TEST(anotherTextIsAnotherNumber);
    CPPUNIT_TEST(anotherNameIsAnotherNumber);
    CPPUNIT_TEST(anotherHeaderIsAnotherNumber);
    CPPUNIT_TEST(whatIsNoHeaderDoesNotCount);
    CPPUNIT_TEST(anUnchangedNumberIsNotWrittenAgain);
    CPPUNIT_TEST(theProgramHasTheNumberOfItsHeaders);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        std::filesystem::create_directories(headers() / "http");
        writeFile(headers() / "Module.h", "struct Module;\n");
        writeFile(headers() / "http" / "Access.h", "enum class Access;\n");
        number_ = number();
    }

    void theSameHeadersAreTheSameNumber() { CPPUNIT_ASSERT_EQUAL(number_, number()); }

    void anotherTextIsAnotherNumber() {
        writeFile(headers() / "http" / "Access.h", "enum class Access : int;\n");
        CPPUNIT_ASSERT(number_ != number());
        writeFile(headers() / "http" / "Access.h", "enum class Access;\n");
        CPPUNIT_ASSERT_EQUAL(number_, number());
    }

    void anotherNameIsAnotherNumber() {
        std::filesystem::rename(headers() / "http" / "Access.h", headers() / "Access.h");
        CPPUNIT_ASSERT(number_ != number());
    }

    void anotherHeaderIsAnotherNumber() {
        writeFile(headers() / "http" / "Body.h", "");
        CPPUNIT_ASSERT(number_ != number());
    }

    void whatIsNoHeaderDoesNotCount() {
        writeFile(headers() / "Module.h~", "struct Former;\n");
        CPPUNIT_ASSERT_EQUAL(number_, number());
    }

    void anUnchangedNumberIsNotWrittenAgain() {
        const auto before = std::filesystem::last_write_time(output());
        std::filesystem::last_write_time(output(), before - std::chrono::hours(1));
        number();
        CPPUNIT_ASSERT(before - std::chrono::hours(1) ==
                       std::filesystem::last_write_time(output()));
    }

    // A build that was done by halves would have the number of other headers.
    void theProgramHasTheNumberOfItsHeaders() {
        const auto built =
            numberIn(KUBECRED_BINARY_DIR "/app/generated/include/kubecred/ModuleAbi.h");
        CPPUNIT_ASSERT_EQUAL(numberOf(KUBECRED_SOURCE_DIR "/app/include/kubecred"), built);
    }

private:
    std::filesystem::path headers() const { return folder_.path() / "include"; }
    std::filesystem::path output() const { return folder_.path() / "ModuleAbi.h"; }
    std::string number() const { return numberOf(headers()); }

    std::string numberOf(const std::filesystem::path& folder) const {
        const auto ended =
            runToEnd({"cmake", "-DHEADERS=" + folder.string(), "-DOUTPUT=" + output().string(),
                      "-P", KUBECRED_SOURCE_DIR "/cmake/ModuleAbi.cmake"});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(ended.errors, 0, ended.status);
        return numberIn(output());
    }

    static std::string numberIn(const std::filesystem::path& header) {
        const std::string text = readFile(header);
        std::smatch match;
        CPPUNIT_ASSERT_MESSAGE(
            text, std::regex_search(text, match, std::regex("moduleAbi = (0x[0-9a-f]{8});")));
        return match[1];
    }

    const TemporaryDirectory folder_;
    std::string number_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(ModuleAbiTest);

} // namespace kubecred::test
