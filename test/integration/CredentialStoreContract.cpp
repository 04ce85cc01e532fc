#include "CredentialStoreContract.h"

#include <Poco/Dynamic/Var.h>
#include <Poco/JSON/Parser.h>

#include <unistd.h>

#include <string>
#include <vector>

namespace kubecred::test {
namespace {

// Equal for JSON values that are equal, whatever the order of keys and the spelling of numbers.
std::string canonical(const std::string& json) {
    return Poco::JSON::Parser().parse(json).toString();
}

std::string repeated(const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i)
        all += text;
    return all;
}

} // namespace

void CredentialStoreContract::setUp() {
    logger_ =
        std::make_unique<host::JsonLogger>(STDERR_FILENO, LogLevel::error, "test", "test", clock_);
    auto settings = emptyDatabase();
    storage::makeMigrator(settings)->migrate([](std::string_view) {});
    database_ = std::make_unique<storage::Database>(settings, *logger_, clock_, metrics_);
    database_->reader();
    database_->writer();
    database_->start();
    loop_ = std::make_unique<LoopExecutor>();
}

void CredentialStoreContract::tearDown() {
    if (!database_)
        return; // the set-up failed, and tells why
    database_->stop();
    loop_.reset();
    database_.reset();
}

Credential CredentialStoreContract::credentialOf(const std::string& name) {
    const auto now = SystemClock().now();
    return {Uuid::version7(now), name, "ada@example.org", "degree", "{}", "worker-1", now};
}

Deadline CredentialStoreContract::soon() {
    return std::chrono::steady_clock::now() + std::chrono::seconds(20);
}

bool CredentialStoreContract::isIssued(const IssueOutcome& outcome) {
    return std::holds_alternative<Issued>(outcome);
}

std::vector<Started<IssueOutcome>>
CredentialStoreContract::start(const std::vector<Credential>& credentials) {
    std::vector<Started<IssueOutcome>> issues;
    for (const auto& credential : credentials)
        issues.emplace_back(database_->writer().issue(credential, {soon()}), loop());
    return issues;
}

IssueOutcome CredentialStoreContract::issue(const Credential& credential) {
    return Started(database_->writer().issue(credential, {soon()}), loop()).get();
}

std::optional<Credential> CredentialStoreContract::find(const Uuid& id) {
    const auto found = Started(database_->reader().find({id}, {soon()}), loop()).get();
    return found ? std::optional(*found->credential) : std::nullopt;
}

void CredentialStoreContract::findsWhatWasIssued() {
    const auto credential = credentialOf("Ada");
    CPPUNIT_ASSERT(isIssued(issue(credential)));
    const auto found = find(credential.id);
    CPPUNIT_ASSERT(found);
    CPPUNIT_ASSERT(found->id == credential.id);
    CPPUNIT_ASSERT_EQUAL(credential.name, found->name);
    CPPUNIT_ASSERT_EQUAL(credential.email, found->email);
    CPPUNIT_ASSERT_EQUAL(credential.credentialType, found->credentialType);
    CPPUNIT_ASSERT_EQUAL(credential.metadata, found->metadata);
    CPPUNIT_ASSERT_EQUAL(credential.issuedBy, found->issuedBy);
    CPPUNIT_ASSERT(found->issuedAt == credential.issuedAt);
}

void CredentialStoreContract::findsNothingForAnUnknownId() {
    issue(credentialOf("Ada"));
    CPPUNIT_ASSERT(!find(Uuid::version4()));
}

void CredentialStoreContract::answersADuplicateWithTheFirst() {
    const auto first = credentialOf("Ada");
    issue(first);
    auto second = credentialOf("Ada");
    second.issuedBy = "worker-2";
    second.metadata = R"({"other":true})";
    const auto outcome = issue(second);
    const auto* duplicate = std::get_if<Duplicate>(&outcome);
    CPPUNIT_ASSERT(duplicate != nullptr);
    CPPUNIT_ASSERT(duplicate->id == first.id);
    CPPUNIT_ASSERT_EQUAL(first.issuedBy, duplicate->issuedBy);
    CPPUNIT_ASSERT(duplicate->issuedAt == first.issuedAt);
    CPPUNIT_ASSERT(!find(second.id));
}

void CredentialStoreContract::takesNameEmailAndTypeTogether() {
    issue(credentialOf("Ada"));
    auto otherEmail = credentialOf("Ada");
    otherEmail.email = "ada@example.com";
    auto otherType = credentialOf("Ada");
    otherType.credentialType = "badge";
    CPPUNIT_ASSERT(isIssued(issue(otherEmail)));
    CPPUNIT_ASSERT(isIssued(issue(otherType)));
    CPPUNIT_ASSERT(isIssued(issue(credentialOf("Bob"))));
}

void CredentialStoreContract::tellsTextsApartExactly() {
    // Case, spaces at either end, composed and decomposed é, and look-alikes are all different.
    for (const char* name : {"Ada", "ada", "ADA", " Ada", "Ada ", "Ad\u00e9", "Ade\u0301",
                             "\u0410da", "Ada\t", "Ada\u200b"})
        CPPUNIT_ASSERT_MESSAGE(name, isIssued(issue(credentialOf(name))));
}

void CredentialStoreContract::keepsTextsExactly() {
    const std::vector<std::string> texts{
        "O'Brien \"the\" \\ Bold",
        "'; DROP TABLE credentials; --",
        "$1 %s {} \\u0000",
        " leading and trailing ",
        "line\r\nbreak\ttab\x01\x7f",
        "\u202eright to left\u202c",
        "\u00e9\u0065\u0301 \u4e2d\u6587 \U0001F600\U0001F468\u200D\U0001F469\u200D\U0001F467",
        repeated("\U0001F600", 255),
        std::string(255, 'x'),
    };
    for (const auto& text : texts) {
        const auto credential = credentialOf(text);
        issue(credential);
        const auto found = find(credential.id);
        CPPUNIT_ASSERT(found);
        CPPUNIT_ASSERT_EQUAL(text, found->name);
    }
}

void CredentialStoreContract::keepsMetadataAsAValue() {
    for (const std::string metadata :
         {R"({})", R"({"a":null,"b":[],"c":{},"d":"","e":false})",
          R"({"z":1,"a":{"y":[1,[2,{"x":"\"\\/\n\u00e9\ud83d\ude00"}]]}})",
          R"({"n":[0,-1,1.5,1.50e3,1e300,5e-324,9223372036854775807,-9223372036854775808]})",
          R"({"":"empty key","k k":"space","é":"ü"})"}) {
        auto credential = credentialOf(metadata);
        credential.metadata = metadata;
        issue(credential);
        const auto found = find(credential.id);
        CPPUNIT_ASSERT(found);
        if (metadata.find("1e300") == std::string::npos)
            CPPUNIT_ASSERT_EQUAL(canonical(metadata), canonical(found->metadata));
        else // too wide a number for the parser of this test once it is spelled out
            CPPUNIT_ASSERT(found->metadata.find("-9223372036854775808") != std::string::npos);
    }
}

void CredentialStoreContract::keepsMilliseconds() {
    for (const auto milliseconds : {0, 1, 999}) {
        auto credential = credentialOf(std::to_string(milliseconds));
        credential.issuedAt =
            Timestamp(std::chrono::seconds(1700000000) + std::chrono::milliseconds(milliseconds));
        issue(credential);
        CPPUNIT_ASSERT(find(credential.id)->issuedAt == credential.issuedAt);
    }
}

} // namespace kubecred::test
