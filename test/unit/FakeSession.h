#pragma once

#include "storage/Fault.h"
#include "storage/Session.h"

#include <atomic>
#include <deque>
#include <memory>
#include <optional>

namespace kubecred::test {

/// A database that does as it is told. Safe from several threads.
struct FakeDatabase {
    std::atomic<bool> isDown = false;
    std::atomic<int> openings = 0; ///< attempts, failed ones included
    std::atomic<int> sessions = 0; ///< open now

    storage::SessionFactory factory();
};

/// A session with it. Its answers are settable by the test that holds it on loan.
class FakeSession final : public storage::Session {
public:
    explicit FakeSession(FakeDatabase& database) : database_(database) { ++database_.sessions; }
    ~FakeSession() override { --database_.sessions; }
    FakeSession(const FakeSession&) = delete;
    FakeSession& operator=(const FakeSession&) = delete;

    bool insert(const Credential&, Deadline) override {
        answer();
        ++insertCalls;
        if (inserts.empty())
            return true;
        const bool inserted = inserts.front();
        inserts.pop_front();
        return inserted;
    }

    std::optional<Duplicate> findSame(const Credential&, Deadline) override {
        answer();
        ++findCalls;
        return same;
    }

    std::optional<Credential> findById(const Uuid& id, Deadline) override {
        answer();
        if (!stored || stored->id != id)
            return std::nullopt;
        return stored;
    }

    void probe(Deadline) override { answer(); }
    bool usable() const noexcept override { return isUsable; }

    bool isUsable = true;
    std::deque<bool> inserts; ///< what `insert` yields, call by call; true after that
    std::optional<Duplicate> same;
    std::optional<Credential> stored;
    int insertCalls = 0;
    int findCalls = 0;

private:
    void answer() {
        if (!database_.isDown)
            return;
        isUsable = false;
        throw storage::StorageError(storage::Fault::unreachable);
    }

    FakeDatabase& database_;
};

inline storage::SessionFactory FakeDatabase::factory() {
    return [this](Deadline) {
        ++openings;
        if (isDown)
            throw storage::StorageError(storage::Fault::unreachable);
        return std::make_unique<FakeSession>(*this);
    };
}

} // namespace kubecred::test
