#pragma once

#include "Ledger.h"
#include "support/RawConnection.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace kubecred::test {

/// Clients that issue and verify without pause over connections that are kept, against one or more
/// workers, and write everything into the ledger. Of ten requests about six issue something new,
/// two something that was asked for before, two verify what was issued.
class Load {
public:
    /// Starts `clients` threads; each request goes to one of `ports` by turns. `pause` follows each
    /// answer.
    Load(Ledger& ledger, std::vector<int> ports, int clients,
         std::chrono::milliseconds pause = std::chrono::milliseconds(1));
    ~Load();
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

    /// Waits until so many requests were answered with 201 since the load began.
    void waitForIssued(int count, std::chrono::seconds most = std::chrono::seconds(30)) const;

    int issued() const { return issued_; }
    int answered() const { return answered_; }

    void stop();

    /// The body that asks for the credential with this key. Its texts can be found in logs.
    static std::string issueBody(const std::string& key);

private:
    struct Client;

    void run(int number);
    LedgerEntry nextRequest(Client& client);
    void send(Client& client, LedgerEntry& entry);
    void remember(const LedgerEntry& entry);
    static void note(LedgerEntry& entry, const HttpAnswer& answer);

    Ledger& ledger_;
    const std::vector<int> ports_;
    const std::chrono::milliseconds pause_;
    const std::string prefix_; ///< of keys and request ids, so that no two loads share one
    std::atomic<bool> stopping_{false};
    std::atomic<int> nextKey_{0};
    std::atomic<int> issued_{0};
    std::atomic<int> answered_{0};
    std::mutex mutex_; // guards genuine_
    std::vector<std::string> genuine_;
    std::vector<std::thread> threads_;
};

} // namespace kubecred::test
