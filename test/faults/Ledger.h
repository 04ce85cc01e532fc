#pragma once

#include <chrono>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

namespace kubecred::test {

/// What came of one request, as its sender saw it.
struct LedgerEntry {
    enum class Kind { issue, verify };

    Kind kind = Kind::issue;
    std::string requestId;
    std::string key;   ///< what makes the credential unique; of a verification: its id
    int port = 0;      ///< of the worker that was asked
    int status = 0;    ///< 0: no answer came
    bool sent = false; ///< false: not a byte was taken; the connection was refused
    std::string id;    ///< of the credential that the answer names
    bool hasRetryAfter = false;
    bool isDegraded = false;     ///< answered without the database
    std::string suspicious;      ///< what the body says that it must not
    std::int64_t sentAt = 0;     ///< milliseconds on the clock that never jumps
    std::int64_t answeredAt = 0; ///< the same
};

/// Milliseconds on the clock that never jumps.
std::int64_t nowMs();

/// A file that remembers every request before it is sent and every answer once it has come, each
/// on disk before anything else happens. Safe to call from several threads at once.
class Ledger {
public:
    explicit Ledger(const std::filesystem::path& file);
    ~Ledger();
    Ledger(const Ledger&) = delete;
    Ledger& operator=(const Ledger&) = delete;

    void intend(const LedgerEntry& entry);
    void settle(const LedgerEntry& entry);

    /// Reads the file back: every intent, with what came of it.
    std::vector<LedgerEntry> read() const;

private:
    void append(const std::string& line);

    const std::filesystem::path file_;
    int descriptor_;
};

} // namespace kubecred::test
