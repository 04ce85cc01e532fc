#include "CredentialStoreContract.h"

#include <atomic>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace kubecred::test {

void CredentialStoreContract::issuesOnceToTwoHundredThreads() {
    constexpr int callers = 200;
    std::vector<Credential> credentials;
    for (int i = 0; i < callers; ++i)
        credentials.push_back(credentialOf("Ada"));
    std::vector<IssueOutcome> outcomes(callers);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < callers; ++i)
        threads.emplace_back([&, i] { outcomes[i] = issue(credentials[i]); });
    for (auto& thread : threads)
        thread.join();

    std::set<Uuid> winners;
    std::set<Uuid> named;
    for (std::size_t i = 0; i < callers; ++i) {
        if (const auto* duplicate = std::get_if<Duplicate>(&outcomes[i]))
            named.insert(duplicate->id);
        else
            winners.insert(credentials[i].id);
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, winners.size());
    CPPUNIT_ASSERT(named == winners);
}

void CredentialStoreContract::issuesDistinctKeysSideBySide() {
    constexpr int threadCount = 8;
    constexpr int each = 25;
    std::vector<std::thread> threads;
    std::atomic<int> issued{0};
    for (int thread = 0; thread < threadCount; ++thread)
        threads.emplace_back([&, thread] {
            for (int i = 0; i < each; ++i) {
                const auto credential =
                    credentialOf(std::to_string(thread) + "/" + std::to_string(i));
                if (isIssued(issue(credential)) && find(credential.id))
                    ++issued;
            }
        });
    for (auto& thread : threads)
        thread.join();
    CPPUNIT_ASSERT_EQUAL(threadCount * each, issued.load());
}

// Distinct keys with many equal ones among them, more than one batch holds.
void CredentialStoreContract::issuesManyAtOnceWithoutThreads() {
    std::vector<Credential> credentials;
    std::set<std::string> names;
    for (int i = 0; i < 1000; ++i) {
        credentials.push_back(credentialOf(std::to_string(i % 3 == 0 ? i % 10 : i)));
        names.insert(credentials.back().name);
    }
    auto issues = start(credentials);

    std::map<std::string, std::vector<Uuid>> winners;
    std::map<std::string, std::vector<Uuid>> named;
    for (std::size_t i = 0; i < issues.size(); ++i) {
        const auto outcome = issues[i].get();
        const auto& name = credentials[i].name;
        if (const auto* duplicate = std::get_if<Duplicate>(&outcome))
            named[name].push_back(duplicate->id);
        else
            winners[name].push_back(credentials[i].id);
    }
    CPPUNIT_ASSERT_EQUAL(names.size(), winners.size());
    for (const auto& [name, ids] : winners) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(name, std::size_t{1}, ids.size());
        for (const Uuid& id : named[name])
            CPPUNIT_ASSERT_MESSAGE(name, id == ids.front());
        CPPUNIT_ASSERT(find(ids.front()));
    }
}

void CredentialStoreContract::findsManyAtOnceWithoutThreads() {
    std::vector<Credential> credentials;
    for (int i = 0; i < 20; ++i)
        credentials.push_back(credentialOf(std::to_string(i)));
    for (auto& issue : start(credentials))
        issue.get();
    std::vector<Started<std::optional<FoundCredential>>> finds;
    for (int round = 0; round < 20; ++round)
        for (const auto& credential : credentials) {
            finds.emplace_back(database_->reader().find({credential.id}, {soon()}), loop());
            finds.emplace_back(database_->reader().find({Uuid::version4()}, {soon()}), loop());
        }
    for (std::size_t i = 0; i < finds.size(); i += 2) {
        const auto& expected = credentials[i / 2 % credentials.size()];
        const auto found = finds[i].get();
        CPPUNIT_ASSERT(found && found->credential->id == expected.id);
        CPPUNIT_ASSERT_EQUAL(expected.name, found->credential->name);
        CPPUNIT_ASSERT(!finds[i + 1].get());
    }
}

void CredentialStoreContract::largeOnesTravelBesideSmallOnes() {
    std::vector<Credential> credentials;
    for (int i = 0; i < 60; ++i) {
        credentials.push_back(credentialOf("large or small " + std::to_string(i)));
        if (i % 2 == 0) // larger than a batch may be, together
            credentials.back().metadata =
                R"({"text":")" + std::string(static_cast<std::size_t>(i) * 1500, 'x') + "\"}";
    }
    for (auto& issue : start(credentials))
        CPPUNIT_ASSERT(isIssued(issue.get()));
    std::vector<Started<std::optional<FoundCredential>>> finds;
    for (const auto& credential : credentials)
        finds.emplace_back(database_->reader().find({credential.id}, {soon()}), loop());
    for (std::size_t i = 0; i < finds.size(); ++i) {
        const auto found = finds[i].get();
        CPPUNIT_ASSERT_MESSAGE(std::to_string(i), found.has_value());
        CPPUNIT_ASSERT_EQUAL(credentials[i].name, found->credential->name);
        CPPUNIT_ASSERT(found->credential->metadata.size() >= credentials[i].metadata.size());
    }
}

void CredentialStoreContract::keepsOddTextsApartInABatch() {
    std::vector<Credential> credentials;
    for (const char* name : {"NULL", "null", "{}", "{a,b}", ",", "\"", "\\", "\\\"", "\\\\", "a\"b",
                             " ", "  ", "\n", "'", "(1,2)", "\u00e9", "\U0001F600"}) {
        auto credential = credentialOf(name);
        credential.metadata = R"({"q":"\"","b":"\\","c":[{},[],"{,}"],"n":null})";
        credentials.push_back(credential);
    }
    for (auto& issue : start(credentials))
        CPPUNIT_ASSERT(isIssued(issue.get()));
    for (const auto& credential : credentials) {
        const auto found = find(credential.id);
        CPPUNIT_ASSERT(found);
        CPPUNIT_ASSERT_EQUAL(credential.name, found->name);
    }
}

} // namespace kubecred::test
