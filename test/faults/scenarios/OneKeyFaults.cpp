#include "faults/FaultScenario.h"

namespace kubecred::test {

/// Everybody wants the same credential at once, from two workers.
class OneKeyFaults : public FaultScenario {
    CPPUNIT_TEST_SUITE(OneKeyFaults);
    CPPUNIT_TEST(everybodyAtOnce);
    CPPUNIT_TEST_SUITE_END();

public:
    void everybodyAtOnce() {
        startWorker();
        startWorker();
        constexpr int clients = 1000;
        const int keys = rounds(1, 20);
        for (int i = 0; i < keys; ++i)
            settle(race("one-key-" + std::to_string(i), clients), clients);
        conclude("1,000 clients want one key of two workers, " + std::to_string(keys) + " times");
    }

private:
    std::vector<LedgerEntry> race(const std::string& key, int clients) {
        std::vector<LedgerEntry> entries;
        std::vector<std::unique_ptr<RawConnection>> connections;
        for (int i = 0; i < clients; ++i) {
            LedgerEntry entry;
            entry.key = key;
            entry.requestId = key + "-" + std::to_string(i);
            entry.port = workers_[static_cast<std::size_t>(i) % 2]->port();
            entries.push_back(entry);
            connections.push_back(std::make_unique<RawConnection>(entry.port));
        }
        for (std::size_t i = 0; i < connections.size(); ++i) {
            entries[i].sent = true;
            entries[i].sentAt = nowMs();
            connections[i]->send(requestBytes(
                "POST", "/issuance/credentials", Load::issueBody(key),
                {"Content-Type: application/json", "X-Request-Id: " + entries[i].requestId}));
        }
        for (std::size_t i = 0; i < connections.size(); ++i) {
            const auto answer = connections[i]->receive();
            entries[i].answeredAt = nowMs();
            entries[i].status = answer.status;
            entries[i].id =
                answer.text(answer.status == 201 ? "credential.id" : "existingCredential.id");
        }
        return entries;
    }

    // The audit holds their ids against the row.
    void settle(const std::vector<LedgerEntry>& entries, int clients) {
        int winners = 0;
        int losers = 0;
        for (const auto& entry : entries) {
            winners += entry.status == 201 ? 1 : 0;
            losers += entry.status == 409 ? 1 : 0;
            ledger_->intend(entry);
            ledger_->settle(entry);
        }
        CPPUNIT_ASSERT_EQUAL(1, winners);
        CPPUNIT_ASSERT_EQUAL(clients - 1, losers);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(OneKeyFaults);

} // namespace kubecred::test
