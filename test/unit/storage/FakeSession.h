#pragma once

#include "FakeDatabase.h"
#include "FakeRows.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace kubecred::test {

/// What a FakeSession multiplies numbers by ten with.
inline const storage::Statement multiply{"multiply", {}, {}};

/// A session with a FakeDatabase. Its answers come through a descriptor, as those of a socket.
class FakeSession final : public storage::Session {
public:
    explicit FakeSession(FakeDatabase& database);
    ~FakeSession() override;
    FakeSession(const FakeSession&) = delete;
    FakeSession& operator=(const FakeSession&) = delete;

    void begin(const storage::Statement& statement, const storage::Parameters& parameters,
               Deadline deadline) override;
    void beginProbe(Deadline deadline) override;
    int descriptor() const noexcept override { return answers_; }
    short events() const noexcept override;
    std::optional<storage::Result> proceed() override;
    Deadline retireAt() const noexcept override { return retireAt_; }
    bool usable() const noexcept override { return isUsable && !ask_; }

    /// The session is lost with this fault.
    [[noreturn]] void lose(storage::Fault fault);

    bool isUsable = true;
    std::optional<storage::Fault> probeFault; ///< what a probe finds

private:
    using Ask = std::function<storage::Result()>;

    Ask askOf(const storage::Statement& statement, const storage::Parameters& parameters);
    storage::Result probe();
    storage::Result insert(const std::vector<Credential>& credentials);
    storage::Result findExisting(const std::vector<Credential>& credentials);
    storage::Result findById(const std::vector<Uuid>& ids, std::int64_t mostBytes);
    storage::Result multiplied(FakeDatabase::Numbers numbers);
    void failWhileDown();

    FakeDatabase& database_;
    const Deadline retireAt_;
    const int answers_; // readable once there is one
    Ask ask_;           // empty once it is answered
};

} // namespace kubecred::test
