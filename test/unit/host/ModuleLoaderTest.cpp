#include "host/modules/ModuleLoader.h"

#include "kubecred/Digest.h"
#include "support/TemporaryDirectory.h"

#include <cppunit/extensions/HelperMacros.h>

#include <dlfcn.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace kubecred::test {

// What can be told without a module; test/functional loads those that a host must refuse.
class ModuleLoaderTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ModuleLoaderTest);
    CPPUNIT_TEST(noNamesAreNoModules);
    CPPUNIT_TEST(namesAreNoPaths);
    CPPUNIT_TEST(saysWhatThereIs);
    CPPUNIT_TEST(refusesWhatIsNoLibrary);
    CPPUNIT_TEST(refusesALibraryThatIsNoModule);
    CPPUNIT_TEST_SUITE_END();

public:
    void noNamesAreNoModules() { CPPUNIT_ASSERT(host::loadModules({}, "/nowhere").empty()); }

    void namesAreNoPaths() {
        const auto inside = folder_.path() / "inside";
        std::filesystem::create_directory(inside);
        std::ofstream(folder_.path() / "outside.so") << "no library";
        std::ofstream(inside / "Upper.so") << "no library";
        for (const std::string& name :
             {std::string("../outside"), (folder_.path() / "outside").string(), std::string(""),
              std::string("."), std::string("Upper"), std::string("a/b"), std::string("upper.so"),
              std::string("upper\n")}) {
            const auto message = refusal(name, inside.string());
            CPPUNIT_ASSERT_MESSAGE(message, message.find("not in ") != std::string::npos);
        }
    }

    void saysWhatThereIs() {
        const std::string path = folder_.path().string();
        const std::string folder = "not in the folder modules.directory; there are: ";
        CPPUNIT_ASSERT_EQUAL("module a: " + folder + "none", refusal("a", path));
        std::ofstream(folder_.path() / "verification.so");
        std::ofstream(folder_.path() / "issuance.so");
        std::ofstream(folder_.path() / "readme.txt");
        std::filesystem::create_directory(folder_.path() / "a.so");
        CPPUNIT_ASSERT_EQUAL("module b: " + folder + "a, issuance, verification",
                             refusal("b", path));
        CPPUNIT_ASSERT(refusal("a", path).starts_with("module a: not in "));
        CPPUNIT_ASSERT_EQUAL("module b: " + folder + "none", refusal("b", "/nowhere"));
    }

    void refusesWhatIsNoLibrary() {
        std::ofstream(folder_.path() / "broken.so") << "no library";
        const auto message = refusal("broken", folder_.path().string());
        CPPUNIT_ASSERT_MESSAGE(message, message.starts_with("module broken: cannot be loaded: "));
    }

    void refusesALibraryThatIsNoModule() {
        Dl_info library{};
        CPPUNIT_ASSERT(dladdr(reinterpret_cast<const void*>(&sha256Hex), &library) != 0);
        std::filesystem::create_symlink(library.dli_fname, folder_.path() / "core.so");
        const auto message = refusal("core", folder_.path().string());
        CPPUNIT_ASSERT_MESSAGE(message,
                               message.starts_with("module core: no symbol kubecred_module"));
    }

private:
    static std::string refusal(const std::string& name, const std::string& directory) {
        try {
            host::loadModules({name}, directory);
        } catch (const host::ModuleError& error) {
            return error.what();
        }
        CPPUNIT_FAIL("loaded: " + name);
        return {};
    }

    const TemporaryDirectory folder_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(ModuleLoaderTest);

} // namespace kubecred::test
