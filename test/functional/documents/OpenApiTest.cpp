#include "OpenApiDocument.h"
#include "OpenApiScenarios.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace kubecred::test {

/// Each module's openapi.yaml says what the module does: all of it, and nothing else.
class OpenApiTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(OpenApiTest);
    CPPUNIT_TEST(issuanceDoesWhatIsDocumented);
    CPPUNIT_TEST(verificationDoesWhatIsDocumented);
    CPPUNIT_TEST_SUITE_END();

public:
    void issuanceDoesWhatIsDocumented() { assertTold("issuance", issuanceScenarios()); }

    void verificationDoesWhatIsDocumented() { assertTold("verification", verificationScenarios()); }

private:
    static void assertTold(const std::string& module, const Scenarios& scenarios) {
        OpenApiDocument document(KUBECRED_SOURCE_DIR "/modules/" + module + "/openapi.yaml");
        const auto documented = document.operations();
        for (const auto& [operation, scenario] : scenarios)
            CPPUNIT_ASSERT_MESSAGE("not documented: " + operation.text(),
                                   documented.contains(operation));
        for (const Operation& operation : documented)
            CPPUNIT_ASSERT_MESSAGE("no scenario for " + operation.text(),
                                   scenarios.contains(operation));
        const Daemons daemons;
        for (const auto& [operation, scenario] : scenarios) {
            const HttpAnswer answer = scenario(daemons);
            for (const auto& fault : document.faults(operation, answer))
                CPPUNIT_FAIL(operation.text() + ": " + fault + "; " + answer.body);
        }
        for (const int line : document.unmetChoices())
            CPPUNIT_FAIL("no answer is as in line " + std::to_string(line + 1));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(OpenApiTest);

} // namespace kubecred::test
