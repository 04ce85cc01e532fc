#include "auth/ApiKey.h"
#include "host/configuration/EnvironmentVariables.h"
#include "host/modules/KnownModules.h"
#include "kubecred/Text.h"
#include "kubecred/http/Access.h"
#include "support/Process.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace kubecred::test {
namespace {

namespace fs = std::filesystem;

const fs::path root = KUBECRED_SOURCE_DIR;

void assertHolds(const fs::path& file, const std::string& text) {
    CPPUNIT_ASSERT_MESSAGE(file.string() + " lacks: " + text,
                           readFile(root / file).find(text) != std::string::npos);
}

} // namespace

/// What stands in a table of the program and, for those who do not run it, elsewhere as well.
class TablesTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(TablesTest);
    CPPUNIT_TEST(everyScopeHasItsName);
    CPPUNIT_TEST(grantsWhatIsNoSettingsOwn);
    CPPUNIT_TEST(scriptsKnowTheScopes);
    CPPUNIT_TEST(everyModuleOfTheProjectIsKnown);
    CPPUNIT_TEST(everyModuleHasItsLogin);
    CPPUNIT_TEST(everySettingOfTheEnvironmentHasOneVariable);
    CPPUNIT_TEST(everyVariableIsDocumented);
    CPPUNIT_TEST_SUITE_END();

public:
    void everyScopeHasItsName() {
        CPPUNIT_ASSERT(http::scopeOf(http::Access::anyone) == nullptr);
        CPPUNIT_ASSERT_EQUAL(std::string_view("anyone"), nameOf(http::Access::anyone));
        std::set<std::string_view> names;
        for (const http::Scope& scope : http::scopes) {
            CPPUNIT_ASSERT_EQUAL(scope.name, nameOf(scope.access));
            CPPUNIT_ASSERT(names.insert(scope.name).second);
        }
        CPPUNIT_ASSERT_EQUAL(std::string_view("peer"), nameOf(http::Access::peer));
    }

    void grantsWhatIsNoSettingsOwn() {
        std::vector<std::string_view> expected;
        for (const http::Scope& scope : http::scopes)
            if (scope.access != http::Access::peer)
                expected.push_back(scope.name);
        CPPUNIT_ASSERT_EQUAL(join(expected, ", "), join(auth::grantedScopes(), ", "));
        CPPUNIT_ASSERT_EQUAL(std::string_view("issue"), expected.front());
        CPPUNIT_ASSERT(!auth::createApiKey("ci", "peer"));
        for (const auto name : auth::grantedScopes())
            CPPUNIT_ASSERT_MESSAGE(std::string(name), auth::createApiKey("ci", name));
    }

    void scriptsKnowTheScopes() {
        const std::string list = join(auth::grantedScopes(), ",");
        assertHolds("scripts/rotate_secrets.sh", "known_scopes=" + list + " ");
        for (const char* file : {"local", "issuance", "verification"})
            assertHolds(
                "config/" + std::string(file) + ".properties",
                "--create-key=NAME --scopes=SCOPE,SCOPE makes one (--help lists the scopes)");
    }

    void everyModuleOfTheProjectIsKnown() {
        std::set<std::string> folders;
        for (const auto& entry : fs::directory_iterator(root / "modules"))
            if (entry.is_directory())
                folders.insert(entry.path().filename());
        std::set<std::string> known;
        for (const host::KnownModule& module : host::knownModules())
            known.emplace(module.name);
        CPPUNIT_ASSERT(folders == known);
        CPPUNIT_ASSERT(host::findKnownModule("hello") == nullptr);
        std::vector<std::string_view> names;
        for (const host::KnownModule& module : host::knownModules())
            names.push_back(module.name);
        CPPUNIT_ASSERT_EQUAL(join(names, ", "), host::knownModuleNames());
    }

    void everyModuleHasItsLogin() {
        CPPUNIT_ASSERT_EQUAL(std::string("database.issuanceLogin.user"),
                             keyOf("ISSUANCE_DB_USERNAME"));
        CPPUNIT_ASSERT_EQUAL(std::string("database.verificationLogin.password"),
                             keyOf("VERIFICATION_DB_PASSWORD"));
    }

    void everySettingOfTheEnvironmentHasOneVariable() {
        std::set<std::string> names;
        std::set<std::string> keys;
        for (const auto& variable : host::environmentVariables()) {
            CPPUNIT_ASSERT_MESSAGE(variable.name, names.insert(variable.name).second);
            CPPUNIT_ASSERT_MESSAGE(variable.key, keys.insert(variable.key).second);
            const bool isNamedSecret =
                variable.key.ends_with("assword") || variable.key.ends_with("oken") ||
                variable.key.ends_with("ey") || variable.key.ends_with("eys");
            CPPUNIT_ASSERT_EQUAL_MESSAGE(variable.key, isNamedSecret, variable.isSecret);
        }
    }

    void everyVariableIsDocumented() {
        for (const auto& variable : host::environmentVariables())
            for (const char* file : {"local", "issuance", "verification"})
                assertHolds("config/" + std::string(file) + ".properties", variable.name);
    }

private:
    static std::string keyOf(std::string_view name) {
        const auto variables = host::environmentVariables();
        const auto found = std::ranges::find(variables, name, &host::EnvironmentVariable::name);
        CPPUNIT_ASSERT_MESSAGE(std::string(name), found != variables.end());
        CPPUNIT_ASSERT(found->isOfPostgres);
        return found->key;
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(TablesTest);

} // namespace kubecred::test
