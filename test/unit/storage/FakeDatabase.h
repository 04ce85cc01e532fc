#pragma once

#include "kubecred/domain/Credential.h"
#include "storage/sessions/Session.h"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace kubecred::test {

class FakeSession;

/// A database that does as it is told and remembers what it was asked. Safe from several threads.
class FakeDatabase {
public:
    using Names = std::vector<std::string>;
    using Numbers = std::vector<int>;

    FakeDatabase() = default;
    FakeDatabase(const FakeDatabase&) = delete;
    FakeDatabase& operator=(const FakeDatabase&) = delete;

    storage::SessionFactory factory();

    /// What is asked while they are held has no answer until they are released. `answerOthers`
    /// releases none, but holds no more of them.
    void holdAnswers() { holds_ = true; }
    void answerOthers() { holds_ = false; }
    void releaseAnswers();

    /// The names in each batch that was to be inserted, so far.
    std::vector<Names> inserts() const { return copyOf(inserts_); }

    /// How many ids each batch asked for, so far.
    std::vector<std::size_t> lookUps() const { return copyOf(lookUps_); }

    /// The numbers in each batch that was to be multiplied, so far.
    std::vector<Numbers> multiplied() const { return copyOf(multiplied_); }

    void add(const Credential& credential) {
        const std::lock_guard lock(mutex_);
        rows_.try_emplace(keyOf(credential), credential);
    }

    void removeAll() {
        const std::lock_guard lock(mutex_);
        rows_.clear();
    }

    std::atomic<std::chrono::milliseconds> maxAge{std::chrono::hours(1)}; ///< of later sessions
    std::atomic<bool> isDown = false;
    std::atomic<bool> ignoresProbes = false; ///< they have no answer, ever
    std::atomic<int> openings = 0;           ///< attempts, failed ones included
    std::atomic<int> sessions = 0;           ///< open now
    std::atomic<int> begun = 0;              ///< statements, those without an answer included
    std::atomic<int> probes = 0;             ///< begun, likewise
    std::atomic<int> searches = 0;           ///< for those that credentials lost against
    std::atomic<int> emptyCommits = 0;       ///< that wait for a standby
    std::atomic<bool> hasStandby = false;    ///< commits wait for one

    // What else a session does, such as wait or throw; to be set before the first one is opened.
    std::function<void(FakeSession&, const Names&)> beforeInsert = [](auto&, auto&) {};
    std::function<void(FakeSession&, const Names&)> afterInsert = [](auto&, auto&) {};
    std::function<void(FakeSession&)> beforeSearch = [](auto&) {};
    std::function<void(FakeSession&)> beforeLookUp = [](auto&) {};
    std::function<void(FakeSession&, Deadline)> beforeSend = [](auto&, auto) {};

    /// What it takes out of the numbers has no row in the answer.
    std::function<void(FakeSession&, Numbers&)> beforeMultiplying = [](auto&, auto&) {};

private:
    friend FakeSession;
    using Key = std::tuple<std::string, std::string, std::string>;

    static Key keyOf(const Credential& credential) {
        return {credential.name, credential.email, credential.credentialType};
    }

    template <typename T>
    T copyOf(const T& kept) const {
        const std::lock_guard lock(mutex_);
        return kept;
    }

    template <typename T>
    void keep(std::vector<T>& list, T item) {
        const std::lock_guard lock(mutex_);
        list.push_back(std::move(item));
    }

    std::atomic<bool> holds_ = false;

    mutable std::mutex mutex_; // guards everything below
    std::map<Key, Credential> rows_;
    std::vector<Names> inserts_;
    std::vector<std::size_t> lookUps_;
    std::vector<Numbers> multiplied_;
    std::set<int> held_; // descriptors of the sessions whose answers are held
};

} // namespace kubecred::test
