#pragma once

#include "host/logging/JsonLogger.h"
#include "host/metrics/PrometheusMetrics.h"
#include "storage/Database.h"
#include "support/LoopExecutor.h"
#include "support/Started.h"

#include <cppunit/extensions/HelperMacros.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kubecred::test {

/// What every database must do for the ports CredentialReader and CredentialWriter. Each test gets
/// an empty, migrated database of its own.
class CredentialStoreContract : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(CredentialStoreContract);
    CPPUNIT_TEST(findsWhatWasIssued);
    CPPUNIT_TEST(findsNothingForAnUnknownId);
    CPPUNIT_TEST(answersADuplicateWithTheFirst);
    CPPUNIT_TEST(takesNameEmailAndTypeTogether);
    CPPUNIT_TEST(tellsTextsApartExactly);
    CPPUNIT_TEST(keepsTextsExactly);
    CPPUNIT_TEST(keepsMetadataAsAValue);
    CPPUNIT_TEST(keepsMilliseconds);
    CPPUNIT_TEST(issuesOnceToTwoHundredThreads);
    CPPUNIT_TEST(issuesDistinctKeysSideBySide);
    CPPUNIT_TEST(issuesManyAtOnceWithoutThreads);
    CPPUNIT_TEST(findsManyAtOnceWithoutThreads);
    CPPUNIT_TEST(keepsOddTextsApartInABatch);
    CPPUNIT_TEST(largeOnesTravelBesideSmallOnes);
    CPPUNIT_TEST_SUITE_END_ABSTRACT();

public:
    void setUp() override;
    void tearDown() override;

    void findsWhatWasIssued();
    void findsNothingForAnUnknownId();
    void answersADuplicateWithTheFirst();
    void takesNameEmailAndTypeTogether();
    void tellsTextsApartExactly();
    void keepsTextsExactly();
    void keepsMetadataAsAValue();
    void keepsMilliseconds();

    // In CredentialStoreConcurrency.cpp.
    void issuesOnceToTwoHundredThreads();
    void issuesDistinctKeysSideBySide();
    void issuesManyAtOnceWithoutThreads();
    void findsManyAtOnceWithoutThreads();
    void keepsOddTextsApartInABatch();
    void largeOnesTravelBesideSmallOnes();

protected:
    /// How to reach an empty database that no other test uses.
    virtual storage::DatabaseSettings emptyDatabase() = 0;

    /// The event loop that asks.
    LoopExecutor& loop() { return *loop_; }

    static Credential credentialOf(const std::string& name);
    static Deadline soon();
    static bool isIssued(const IssueOutcome& outcome);

    /// Begins to issue each of them, and returns at once.
    std::vector<Started<IssueOutcome>> start(const std::vector<Credential>& credentials);
    IssueOutcome issue(const Credential& credential);
    std::optional<Credential> find(const Uuid& id);

    SystemClock clock_;
    std::unique_ptr<host::JsonLogger> logger_;
    host::PrometheusMetrics metrics_;
    std::unique_ptr<storage::Database> database_;
    std::unique_ptr<LoopExecutor> loop_; // ends before what works on it
};

} // namespace kubecred::test
