#pragma once

#include "storage/Fault.h"
#include "storage/Session.h"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace kubecred::test {

class FakeSession;

/// A database that does as it is told and remembers what it was asked. Safe from several threads.
class FakeDatabase {
public:
    using Names = std::vector<std::string>;

    storage::SessionFactory factory();

    /// The names in each batch that was to be inserted, so far.
    std::vector<Names> inserts() const {
        const std::lock_guard lock(mutex_);
        return inserts_;
    }

    /// How many ids each batch asked for, so far.
    std::vector<std::size_t> lookUps() const {
        const std::lock_guard lock(mutex_);
        return lookUps_;
    }

    void add(const Credential& credential) {
        const std::lock_guard lock(mutex_);
        rows_.try_emplace(keyOf(credential), credential);
    }

    void removeAll() {
        const std::lock_guard lock(mutex_);
        rows_.clear();
    }

    std::atomic<bool> isDown = false;
    std::atomic<int> openings = 0; ///< attempts, failed ones included
    std::atomic<int> sessions = 0; ///< open now
    std::atomic<int> searches = 0; ///< calls of findSame

    // What else a session does, such as wait or throw; to be set before the first one is opened.
    std::function<void(FakeSession&, const Names&)> beforeInsert = [](auto&, auto&) {};
    std::function<void(FakeSession&, const Names&)> afterInsert = [](auto&, auto&) {};
    std::function<void(FakeSession&)> beforeSearch = [](auto&) {}; // in findSame
    std::function<void(FakeSession&)> beforeLookUp = [](auto&) {};

private:
    friend FakeSession;
    using Key = std::tuple<std::string, std::string, std::string>;

    static Key keyOf(const Credential& credential) {
        return {credential.name, credential.email, credential.credentialType};
    }

    mutable std::mutex mutex_; // guards everything below
    std::map<Key, Credential> rows_;
    std::vector<Names> inserts_;
    std::vector<std::size_t> lookUps_;
};

/// A session with it.
class FakeSession final : public storage::Session {
public:
    explicit FakeSession(FakeDatabase& database) : database_(database) { ++database_.sessions; }
    ~FakeSession() override { --database_.sessions; }
    FakeSession(const FakeSession&) = delete;
    FakeSession& operator=(const FakeSession&) = delete;

    std::vector<bool> insert(std::span<const Credential* const> credentials, Deadline) override {
        FakeDatabase::Names names;
        for (const Credential* credential : credentials)
            names.push_back(credential->name);
        {
            const std::lock_guard lock(database_.mutex_);
            database_.inserts_.push_back(names);
        }
        failWhileDown();
        database_.beforeInsert(*this, names);
        std::vector<bool> inserted;
        {
            const std::lock_guard lock(database_.mutex_);
            for (const Credential* credential : credentials)
                inserted.push_back(
                    database_.rows_.try_emplace(FakeDatabase::keyOf(*credential), *credential)
                        .second);
        }
        database_.afterInsert(*this, names);
        return inserted;
    }

    std::vector<std::optional<Duplicate>> findSame(std::span<const Credential* const> credentials,
                                                   Deadline) override {
        ++database_.searches;
        failWhileDown();
        database_.beforeSearch(*this);
        const std::lock_guard lock(database_.mutex_);
        std::vector<std::optional<Duplicate>> same;
        for (const Credential* credential : credentials) {
            const auto row = database_.rows_.find(FakeDatabase::keyOf(*credential));
            same.emplace_back();
            if (row != database_.rows_.end())
                same.back() = {row->second.id, row->second.issuedBy, row->second.issuedAt};
        }
        return same;
    }

    std::vector<std::optional<Credential>> findById(std::span<const Uuid> ids, Deadline) override {
        {
            const std::lock_guard lock(database_.mutex_);
            database_.lookUps_.push_back(ids.size());
        }
        failWhileDown();
        database_.beforeLookUp(*this);
        const std::lock_guard lock(database_.mutex_);
        std::vector<std::optional<Credential>> found(ids.size());
        for (std::size_t i = 0; i < ids.size(); ++i)
            for (const auto& [key, credential] : database_.rows_)
                if (credential.id == ids[i])
                    found[i] = credential;
        return found;
    }

    void probe(Deadline) override {
        failWhileDown();
        if (probeFault == storage::Fault::locked)
            throw storage::StorageError(*probeFault); // which leaves a session as it was
        if (probeFault)
            lose(*probeFault);
    }

    bool usable() const noexcept override { return isUsable; }

    /// The session is lost with this fault.
    [[noreturn]] void lose(storage::Fault fault) {
        isUsable = false;
        throw storage::StorageError(fault);
    }

    bool isUsable = true;
    std::optional<storage::Fault> probeFault; ///< what a probe finds

private:
    void failWhileDown() {
        if (database_.isDown)
            lose(storage::Fault::unreachable);
    }

    FakeDatabase& database_;
};

inline storage::SessionFactory FakeDatabase::factory() {
    return [this](storage::Role, Deadline) {
        ++openings;
        if (isDown)
            throw storage::StorageError(storage::Fault::unreachable);
        return std::make_unique<FakeSession>(*this);
    };
}

} // namespace kubecred::test
