#include "host/configuration/KeySources.h"

#include "support/TemporaryDirectory.h"

#include <cppunit/extensions/HelperMacros.h>

#include <fstream>
#include <string>
#include <vector>

namespace kubecred::test {

using host::readKeys;

class KeySourcesTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(KeySourcesTest);
    CPPUNIT_TEST(noSourceNoKeys);
    CPPUNIT_TEST(readsAFile);
    CPPUNIT_TEST(refusesAFileWithoutAnEntry);
    CPPUNIT_TEST(refusesAnEntryTwiceInOneSource);
    CPPUNIT_TEST(tellsShortSecrets);
    CPPUNIT_TEST(readsEntries);
    CPPUNIT_TEST(theHealthTokenIsAnAdmin);
    CPPUNIT_TEST(thePeersKeyIsAPeersAlone);
    CPPUNIT_TEST(tellsWhichLineIsWrong);
    CPPUNIT_TEST(tellsWhichEntryIsWrong);
    CPPUNIT_TEST(refusesAFileThatIsNone);
    CPPUNIT_TEST(refusesAKeyTwice);
    CPPUNIT_TEST(refusesTooMany);
    CPPUNIT_TEST_SUITE_END();

public:
    void noSourceNoKeys() { CPPUNIT_ASSERT_EQUAL(std::string(), names({})); }

    void readsAFile() {
        write("# who may issue\n\n" + entry("a") + "\r\n  \n  # and verify\n\t" + entry("b"));
        CPPUNIT_ASSERT_EQUAL(std::string("a b "), names({file_, "", ""}));
        for (const std::string end : {"", "\n", "\r\n"}) {
            write(entry("a") + "\r\n" + entry("b") + end);
            CPPUNIT_ASSERT_EQUAL(std::string("a b "), names({file_, "", ""}));
        }
    }

    void refusesAFileWithoutAnEntry() {
        for (const char* text : {"", "\n\n", "# comment\n", "\r\n"}) {
            write(text);
            CPPUNIT_ASSERT(
                fault({file_, entry("a"), "t"}, "auth.keysFile").find("at least one entry") !=
                std::string::npos);
        }
    }

    void refusesAnEntryTwiceInOneSource() {
        write("# staff\n" + entry("a") + "\n" + entry("b") + "\n\n" + entry("a") + "\n");
        CPPUNIT_ASSERT_EQUAL(std::string("different keys: line 5 has the key of line 2"),
                             fault({file_, "", ""}, "auth.keysFile"));
        CPPUNIT_ASSERT_EQUAL(std::string("different keys: entry 2 has the key of entry 1"),
                             fault({"", entry("a") + "," + entry("a"), ""}, "auth.keys"));
    }

    void tellsShortSecrets() {
        const std::string enough(32, 'x');
        const std::string few(31, 'x');
        using Names = std::vector<std::string_view>;
        CPPUNIT_ASSERT(host::shortSecrets({"", "", enough, enough}).empty());
        CPPUNIT_ASSERT(host::shortSecrets({}).empty());
        CPPUNIT_ASSERT(host::shortSecrets({"", "", few + "\n", enough}) == Names{"health.token"});
        CPPUNIT_ASSERT(host::shortSecrets({"", "", "", few}) == Names{"crossCheck.key"});
    }

    void readsEntries() {
        CPPUNIT_ASSERT_EQUAL(
            std::string("a b c d "),
            names({"",
                   entry("a") + "," + entry("b") + " ,\n" + entry("c") + "\t" + entry("d") + ",",
                   ""}));
        write(entry("f"));
        CPPUNIT_ASSERT_EQUAL(std::string("f a "), names({file_, entry("a"), ""}));
    }

    void theHealthTokenIsAnAdmin() {
        const auto keys = readKeys({"", "", "open sesame"});
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, keys.size());
        CPPUNIT_ASSERT(keys.front().opens(http::Access::admin));
        CPPUNIT_ASSERT(!keys.front().opens(http::Access::issue));
        CPPUNIT_ASSERT(keys.front().digest == sha256("open sesame"));
        CPPUNIT_ASSERT(readKeys({"", "", "open sesame \r\n"}).front().digest ==
                       sha256("open sesame"));
        CPPUNIT_ASSERT(readKeys({"", "", " \n"}).empty());
        for (const char* token : {"open\nsesame", "open\tsesame", "s\xc3\xa9same"})
            fault({"", "", token}, "health.token");
    }

    void thePeersKeyIsAPeersAlone() {
        const auto keys = readKeys({"", "", "", "between us\n"});
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, keys.size());
        CPPUNIT_ASSERT(keys.front().opens(http::Access::peer));
        for (const auto access : {http::Access::issue, http::Access::verify, http::Access::admin})
            CPPUNIT_ASSERT(!keys.front().opens(access));
        CPPUNIT_ASSERT(keys.front().digest == sha256("between us"));
        fault({"", "", "", "between\nus"}, "crossCheck.key");
        fault({"", "", "the same", "the same"}, "crossCheck.key");
    }

    void tellsWhichLineIsWrong() {
        write("# comment\n" + entry("a") + "\nkc_a-key-itself\n");
        const std::string text = fault({file_, "", ""}, "auth.keysFile");
        CPPUNIT_ASSERT(text.find("line 3") != std::string::npos);
        CPPUNIT_ASSERT(text.find("kc_") == std::string::npos);
        CPPUNIT_ASSERT(text.find(file_) == std::string::npos);
    }

    void tellsWhichEntryIsWrong() {
        const std::string text = fault({"", entry("a") + ", kc_a-key-itself", ""}, "auth.keys");
        CPPUNIT_ASSERT(text.find("entry 2") != std::string::npos);
        CPPUNIT_ASSERT(text.find("kc_") == std::string::npos);
    }

    void refusesAFileThatIsNone() {
        for (const std::string& path : {file_ + "-missing", directory_.path().string()})
            CPPUNIT_ASSERT(
                fault({path, "", ""}, "auth.keysFile").starts_with("a file that can be"));
    }

    // Who is to be named in the log, and which scopes are to count?
    void refusesAKeyTwice() {
        const std::string digest = sha256Hex("key");
        fault({"", "a:issue:" + digest + ",b:verify:" + digest, ""}, "auth.keys");
        fault({"", "a:admin:" + sha256Hex("token"), "token"}, "health.token");
        write(entry("a"));
        CPPUNIT_ASSERT_EQUAL(std::string("a "), names({file_, entry("a"), ""}));
        CPPUNIT_ASSERT_EQUAL(std::string("a a "),
                             names({"", entry("a") + ",a:verify:" + digest, ""}));
    }

    void refusesTooMany() {
        std::string entries;
        for (std::size_t i = 0; i < host::mostKeys; ++i)
            entries += entry("key" + std::to_string(i)) + ",";
        readKeys({"", entries, ""});
        fault({"", entries + entry("more"), ""}, "auth.keys");
    }

private:
    static std::string entry(const std::string& name) {
        return name + ":issue:" + sha256Hex("key of " + name);
    }

    static std::string names(const host::KeySettings& settings) {
        std::string list;
        for (const auto& key : readKeys(settings))
            list += key.name + " ";
        return list;
    }

    static std::string fault(const host::KeySettings& settings, const std::string& setting) {
        try {
            readKeys(settings);
        } catch (const host::KeyFault& fault) {
            CPPUNIT_ASSERT_EQUAL(setting, std::string(fault.setting()));
            return fault.what();
        }
        CPPUNIT_FAIL("no fault");
        return {};
    }

    void write(const std::string& text) const { std::ofstream(file_) << text; }

    const TemporaryDirectory directory_;
    const std::string file_ = (directory_.path() / "keys").string();
};

CPPUNIT_TEST_SUITE_REGISTRATION(KeySourcesTest);

} // namespace kubecred::test
