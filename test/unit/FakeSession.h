#pragma once

#include "storage/Fault.h"
#include "storage/Session.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace kubecred::test {

class FakeSession;

/// A database that does as it is told and remembers what it was asked. Safe from several threads.
class FakeDatabase {
public:
    using Names = std::vector<std::string>;

    FakeDatabase() = default;
    ~FakeDatabase() { ::close(answers_); }
    FakeDatabase(const FakeDatabase&) = delete;
    FakeDatabase& operator=(const FakeDatabase&) = delete;

    storage::SessionFactory factory();

    /// While they are held, no asynchronous session has an answer. Called by one thread.
    void holdAnswers() const {
        eventfd_t any = 0;
        eventfd_read(answers_, &any);
    }
    void releaseAnswers() const { eventfd_write(answers_, 1); }

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

    bool isAsynchronous = false; ///< its sessions are; to be set before the first one is opened
    std::atomic<bool> isDown = false;
    std::atomic<int> openings = 0; ///< attempts, failed ones included
    std::atomic<int> sessions = 0; ///< open now
    std::atomic<int> searches = 0; ///< calls of findSame
    std::atomic<int> begun = 0;    ///< what asynchronous sessions were asked

    // What else a session does, such as wait or throw; to be set before the first one is opened.
    std::function<void(FakeSession&, const Names&)> beforeInsert = [](auto&, auto&) {};
    std::function<void(FakeSession&, const Names&)> afterInsert = [](auto&, auto&) {};
    std::function<void(FakeSession&)> beforeSearch = [](auto&) {}; // in findSame
    std::function<void(FakeSession&)> beforeLookUp = [](auto&) {};
    std::function<void(FakeSession&)> beforeSend = [](auto&) {}; // of asynchronous ones

private:
    friend FakeSession;
    using Key = std::tuple<std::string, std::string, std::string>;

    static Key keyOf(const Credential& credential) {
        return {credential.name, credential.email, credential.credentialType};
    }

    const int answers_ = eventfd(1, EFD_CLOEXEC); // readable while they come

    mutable std::mutex mutex_; // guards everything below
    std::map<Key, Credential> rows_;
    std::vector<Names> inserts_;
    std::vector<std::size_t> lookUps_;
};

/// What an asynchronous session was asked; done once its socket is ready. Until then the session
/// is not usable.
template <typename Answer>
class FakePending final : public storage::Pending<Answer> {
public:
    FakePending(int socket, bool& isUsable, std::function<Answer()> ask)
        : socket_(socket), isUsable_(isUsable), ask_(std::move(ask)) {
        isUsable_ = false;
    }

    int socket() const noexcept override { return socket_; }
    short events() const noexcept override { return POLLIN; }
    std::optional<Answer> proceed() override {
        isUsable_ = true;
        return ask_();
    }

private:
    const int socket_;
    bool& isUsable_;
    const std::function<Answer()> ask_;
};

/// A session with it.
class FakeSession final : public storage::Session {
public:
    explicit FakeSession(FakeDatabase& database)
        : database_(database), socket_(::dup(database.answers_)) {
        ++database_.sessions;
    }
    ~FakeSession() override {
        ::close(socket_);
        --database_.sessions;
    }
    FakeSession(const FakeSession&) = delete;
    FakeSession& operator=(const FakeSession&) = delete;

    storage::Inserted insert(storage::Credentials credentials, Deadline) override {
        FakeDatabase::Names names;
        for (const Credential* credential : credentials)
            names.push_back(credential->name);
        {
            const std::lock_guard lock(database_.mutex_);
            database_.inserts_.push_back(names);
        }
        failWhileDown();
        database_.beforeInsert(*this, names);
        storage::Inserted inserted;
        {
            const std::lock_guard lock(database_.mutex_);
            for (const Credential* credential : credentials)
                inserted.push_back(
                    database_.rows_.try_emplace(FakeDatabase::keyOf(*credential), *credential)
                            .second
                        ? std::optional(IssueOutcome(Issued{}))
                        : std::nullopt);
        }
        database_.afterInsert(*this, names);
        return inserted;
    }

    storage::Same findSame(storage::Credentials credentials, Deadline) override {
        ++database_.searches;
        failWhileDown();
        database_.beforeSearch(*this);
        const std::lock_guard lock(database_.mutex_);
        storage::Same same;
        for (const Credential* credential : credentials) {
            const auto row = database_.rows_.find(FakeDatabase::keyOf(*credential));
            same.emplace_back();
            if (row != database_.rows_.end())
                same.back() = {row->second.id, row->second.issuedBy, row->second.issuedAt};
        }
        return same;
    }

    storage::Found findById(std::span<const Uuid> ids, Deadline) override {
        {
            const std::lock_guard lock(database_.mutex_);
            database_.lookUps_.push_back(ids.size());
        }
        failWhileDown();
        database_.beforeLookUp(*this);
        const std::lock_guard lock(database_.mutex_);
        storage::Found found(ids.size());
        for (std::size_t i = 0; i < ids.size(); ++i)
            for (const auto& [key, credential] : database_.rows_)
                if (credential.id == ids[i])
                    found[i] = matchOf(credential, ids.size());
        return found;
    }

    static storage::Match matchOf(const Credential& credential, std::size_t asked) {
        if (asked > 1 && credential.metadata.size() > storage::mostBytesBesideOthers)
            return {std::nullopt, true};
        return {credential};
    }

    bool isAsynchronous() const noexcept override { return database_.isAsynchronous; }

    std::unique_ptr<storage::Pending<storage::Inserted>>
    beginInsert(storage::Credentials credentials) override {
        return begin<storage::Inserted>(
            [this, copies = copiesOf(credentials)] { return insert(copies, {}); });
    }

    std::unique_ptr<storage::Pending<storage::Same>>
    beginFindSame(storage::Credentials credentials) override {
        return begin<storage::Same>(
            [this, copies = copiesOf(credentials)] { return findSame(copies, {}); });
    }

    std::unique_ptr<storage::Pending<storage::Found>>
    beginFindById(std::span<const Uuid> ids) override {
        return begin<storage::Found>([this, copies = std::vector<Uuid>(ids.begin(), ids.end())] {
            return findById(copies, {});
        });
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
    static std::vector<const Credential*> copiesOf(storage::Credentials credentials) {
        return {credentials.begin(), credentials.end()};
    }

    template <typename Answer, typename Ask>
    std::unique_ptr<storage::Pending<Answer>> begin(Ask ask) {
        ++database_.begun;
        database_.beforeSend(*this);
        return std::make_unique<FakePending<Answer>>(socket_, isUsable, std::move(ask));
    }

    void failWhileDown() {
        if (database_.isDown)
            lose(storage::Fault::unreachable);
    }

    FakeDatabase& database_;
    const int socket_;
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
