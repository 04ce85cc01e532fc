#include "auth/KeyRing.h"

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <string>
#include <thread>

namespace kubecred::test {

using auth::ApiKey;
using http::Access;

class KeyRingTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(KeyRingTest);
    CPPUNIT_TEST(findsEveryKey);
    CPPUNIT_TEST(findsNothingElse);
    CPPUNIT_TEST(knowsWhatAnyKeyOpens);
    CPPUNIT_TEST(keysCanBeReplacedWhileOthersLook);
    CPPUNIT_TEST_SUITE_END();

public:
    void findsEveryKey() {
        for (const char* name : {"first", "second", "last"})
            CPPUNIT_ASSERT_EQUAL(std::string(name),
                                 ring_.find("key of " + std::string(name))->name);
    }

    void findsNothingElse() {
        for (const char* key : {"", "key of", "key of firs", "key of first ", "KEY OF FIRST",
                                "first", "key of fourth"})
            CPPUNIT_ASSERT_MESSAGE(key, !ring_.find(key));
        CPPUNIT_ASSERT(!ring_.find(std::string("key of first\0", 13)));
        CPPUNIT_ASSERT(!ring_.find(std::string(100000, 'k')));
        CPPUNIT_ASSERT(!auth::KeyRing({}).find(""));
    }

    void knowsWhatAnyKeyOpens() {
        CPPUNIT_ASSERT(ring_.anyOpens(Access::issue) && ring_.anyOpens(Access::verify));
        CPPUNIT_ASSERT(!ring_.anyOpens(Access::admin));
        ring_.replace({keyOf("admin", Access::admin)});
        CPPUNIT_ASSERT(ring_.anyOpens(Access::admin) && !ring_.anyOpens(Access::issue));
    }

    void keysCanBeReplacedWhileOthersLook() {
        std::atomic<bool> enough{false};
        std::thread reader([&] {
            while (!enough)
                ring_.find("key of first");
        });
        for (int i = 0; i < 1000; ++i)
            ring_.replace({keyOf("number " + std::to_string(i), Access::verify)});
        enough = true;
        reader.join();
        CPPUNIT_ASSERT(!ring_.find("key of first"));
        CPPUNIT_ASSERT(ring_.find("key of number 999"));
    }

private:
    static ApiKey keyOf(const std::string& name, Access access) {
        return {name, {access}, sha256("key of " + name)};
    }

    auth::KeyRing ring_{{keyOf("first", Access::issue), keyOf("second", Access::verify),
                         keyOf("last", Access::verify)}};
};

CPPUNIT_TEST_SUITE_REGISTRATION(KeyRingTest);

} // namespace kubecred::test
