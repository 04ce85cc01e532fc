#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

namespace kubecred::test {

/// The folder of modules and what the program makes of what it finds there.
class ModuleLoaderTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ModuleLoaderTest);
    CPPUNIT_TEST(refusesWhatIsNoModuleOfThisProgram);
    CPPUNIT_TEST(refusesWhatCannotBeMade);
    CPPUNIT_TEST(refusesWhatMakesNothing);
    CPPUNIT_TEST(refusesWhatFailsToConfigure);
    CPPUNIT_TEST(refusesWhatFailsAtStart);
    CPPUNIT_TEST(refusesWhatThrowsWhateverAtStart);
    CPPUNIT_TEST(namesTheModulesThereAre);
    CPPUNIT_TEST(takesNoPathForAName);
    CPPUNIT_TEST(refusesAModuleNamedTwice);
    CPPUNIT_TEST(servesAnotherModuleBesideItsOwn);
    CPPUNIT_TEST(readsTheSettingsOfAnotherModule);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        namespace fs = std::filesystem;
        for (const char* from : {KUBECRED_MODULES, KUBECRED_TEST_MODULES})
            for (const auto& entry : fs::directory_iterator(from))
                fs::create_symlink(entry.path(), folder_.path() / entry.path().filename());
        writeFile(folder_.path() / "garbage.so", "not a library at all\n");
        writeFile(folder_.path() / "empty.so", "");
        fs::create_directory(folder_.path() / "folder.so");
        properties_ = sqliteProperties();
        properties_["database.path"] = (folder_.path() / "test.db").string();
        properties_["modules.directory"] = (folder_.path()).string();
    }

    void refusesWhatIsNoModuleOfThisProgram() {
        assertRefused("wrong_abi", "ABI");
        assertRefused("wrong_build", "0.0.1 Acme 1.2.3");
        assertRefused("wrong_name", "verification");
        assertRefused("no_entry_symbol", "kubecred_module");
        assertRefused("garbage", "cannot be loaded");
        assertRefused("empty", "cannot be loaded");
        assertRefused("folder", "not in");
    }

    void refusesWhatCannotBeMade() { assertRefused("throws_on_create", "no boots"); }

    void refusesWhatMakesNothing() { assertRefused("creates_nothing", ""); }

    void refusesWhatFailsToConfigure() { assertRefused("throws_on_configure", "no map"); }

    void refusesWhatFailsAtStart() { assertRefusedAtStart("throws_on_start", "no compass"); }

    void refusesWhatThrowsWhateverAtStart() {
        assertRefusedAtStart("throws_a_number", "did not start");
    }

    void namesTheModulesThereAre() {
        const auto ended = check("issuance,verifications");
        CPPUNIT_ASSERT_EQUAL(78, ended.status);
        assertContains(ended.errors, "module verifications");
        for (const char* name : {"hello", "issuance", "verification"})
            assertContains(ended.errors, name);
    }

    void takesNoPathForAName() {
        const auto inner = folder_.path() / "inner";
        std::filesystem::create_directory(inner);
        std::filesystem::rename(folder_.path() / "verification.so", inner / "verification.so");
        properties_["modules.directory"] = inner.string();
        const std::vector<std::string> names{"../issuance", folder_.path().string() + "/issuance",
                                             "Issuance",    "issuance.so",
                                             "..",          "issuance verification"};
        for (const auto& name : names) {
            const auto ended = check(name);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(name, 78, ended.status);
            assertContains(ended.errors, "such as issuance, verification");
        }
    }

    void refusesAModuleNamedTwice() {
        const auto ended = check("issuance, verification, issuance");
        CPPUNIT_ASSERT_EQUAL(78, ended.status);
        assertContains(ended.errors, "module issuance: named twice");
    }

    void servesAnotherModuleBesideItsOwn() {
        properties_["modules"] = "issuance, hello, verification";
        Daemon daemon({properties_});
        daemon.waitForStatus("healthy");
        const auto hello = request(daemon.port(), "GET", "/hello");
        CPPUNIT_ASSERT_EQUAL(200, hello.status);
        CPPUNIT_ASSERT_EQUAL(std::string("world"), hello.text("hello"));
        CPPUNIT_ASSERT_EQUAL(std::string("hello"),
                             request(daemon.port(), "GET", "/hello/health").text("service"));
        const auto issued = post(daemon.port(), "/issuance/credentials", issueBody("Ada"));
        CPPUNIT_ASSERT_EQUAL(201, issued.status);
        const auto verified = post(daemon.port(), "/verification/credentials",
                                   verifyBody(issued.text("credential.id")));
        CPPUNIT_ASSERT_EQUAL(200, verified.status);
        CPPUNIT_ASSERT_EQUAL(0, daemon.stop());
    }

    void readsTheSettingsOfAnotherModule() {
        properties_["hello.whom"] = "sun";
        CPPUNIT_ASSERT_EQUAL(78, check("hello").status);
        properties_["hello.whom"] = "moon";
        CPPUNIT_ASSERT_EQUAL(0, check("hello").status);
        CPPUNIT_ASSERT_EQUAL_MESSAGE("nobody's key", 78, check("issuance").status);
    }

private:
    Finished check(const std::string& modules) const { return run(modules, {"--check-config"}); }

    Finished run(const std::string& modules, const std::vector<std::string>& arguments) const {
        auto properties = properties_;
        properties["modules"] = modules;
        properties["http.address"] = "127.0.0.1";
        properties["http.port"] = "0";
        return runProgram(properties, arguments);
    }

    void assertRefused(const std::string& name, const std::string& reason) const {
        assertSays(check("verification," + name), name, reason);
    }

    void assertRefusedAtStart(const std::string& name, const std::string& reason) const {
        CPPUNIT_ASSERT_EQUAL(0, check(name).status);
        assertSays(run("issuance," + name, {}), name, reason);
    }

    static void assertSays(const Finished& ended, const std::string& name,
                           const std::string& reason) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(name + ": " + ended.errors, 78, ended.status);
        assertContains(ended.errors, "module " + name + ":");
        assertContains(ended.errors, reason);
    }

    TemporaryDirectory folder_;
    std::map<std::string, std::string> properties_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(ModuleLoaderTest);

} // namespace kubecred::test
