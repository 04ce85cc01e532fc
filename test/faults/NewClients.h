#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace kubecred::test {

/// Clients that connect anew for each request, as quickly as they can. Where nobody listens they
/// try again; once connected they must be answered.
class NewClients {
public:
    NewClients(int port, int clients);
    ~NewClients();
    NewClients(const NewClients&) = delete;
    NewClients& operator=(const NewClients&) = delete;

    int answered() const { return answered_; }
    void waitForAnswers(int count) const;
    void stop();

    /// What went wrong for those who were connected, a line each.
    std::string failures() const;

private:
    void run(int port);
    void fail(const std::string& what);

    std::atomic<bool> stopping_{false};
    std::atomic<int> answered_{0};
    mutable std::mutex mutex_; // guards failures_
    std::string failures_;
    std::vector<std::thread> threads_;
};

} // namespace kubecred::test
