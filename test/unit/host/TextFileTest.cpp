#include "host/configuration/TextFile.h"

#include "support/Process.h"
#include "support/TemporaryDirectory.h"

#include <cppunit/extensions/HelperMacros.h>

#include <sys/stat.h>

#include <optional>
#include <string>

namespace kubecred::test {

using host::readTextFile;

class TextFileTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(TextFileTest);
    CPPUNIT_TEST(readsWhatIsThere);
    CPPUNIT_TEST(skipsAByteOrderMark);
    CPPUNIT_TEST(takesNothingThatIsTooLong);
    CPPUNIT_TEST(takesNothingButFiles);
    CPPUNIT_TEST_SUITE_END();

public:
    void readsWhatIsThere() {
        for (const auto& text : {std::string(), std::string("a\r\nb\0c", 6)}) {
            writeFile(path_, text);
            CPPUNIT_ASSERT(readTextFile(path_) == text);
        }
    }

    void skipsAByteOrderMark() {
        writeFile(path_, "\xef\xbb\xbf\xef\xbb\xbftext");
        CPPUNIT_ASSERT(readTextFile(path_) == "\xef\xbb\xbftext");
        writeFile(path_, "\xef\xbb");
        CPPUNIT_ASSERT(readTextFile(path_) == "\xef\xbb");
    }

    void takesNothingThatIsTooLong() {
        const std::string longest(1 << 20, 'x');
        writeFile(path_, longest);
        CPPUNIT_ASSERT(readTextFile(path_) == longest);
        writeFile(path_, longest + "x");
        CPPUNIT_ASSERT(!readTextFile(path_));
    }

    void takesNothingButFiles() {
        CPPUNIT_ASSERT_EQUAL(0, mkfifo(path_.c_str(), 0600));
        for (const auto& path : {path_, directory_.path().string(), path_ + "-missing",
                                 std::string("/dev/zero"), std::string("/dev/null"), std::string()})
            CPPUNIT_ASSERT_MESSAGE(path, !readTextFile(path));
    }

private:
    const TemporaryDirectory directory_;
    const std::string path_ = (directory_.path() / "file").string();
};

CPPUNIT_TEST_SUITE_REGISTRATION(TextFileTest);

} // namespace kubecred::test
