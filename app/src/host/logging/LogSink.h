#pragma once

#include "kubecred/Threads.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace kubecred::host {

/// Writes lines to a file descriptor from a thread of its own, so that nobody else ever waits for
/// whoever reads them. What does not fit into its buffer while the descriptor takes nothing is
/// dropped, counted, and told once it takes lines again. Safe to call from several threads at once.
class LogSink {
public:
    /// The line that tells how many were dropped; called on the sink's thread.
    using Notice = std::function<std::string(std::uint64_t dropped)>;

    static constexpr std::size_t defaultCapacity = 4 << 20;

    /// `descriptor` stays the caller's; `capacity` in bytes.
    LogSink(int descriptor, Notice notice, std::size_t capacity = defaultCapacity);

    /// As `finish`, but waits for its thread, however long that takes.
    ~LogSink() { finish(); }
    LogSink(const LogSink&) = delete;
    LogSink& operator=(const LogSink&) = delete;

    /// Takes a line, its end included; never waits.
    void write(std::string_view line);

    /// Writes what is left, where that takes no longer than half a second, and nothing any more.
    /// False where a write does not return even so. Called by one thread; others may go on calling
    /// `write`.
    bool finish();

private:
    void run();
    bool writeAll(std::string_view bytes);
    bool awaitRoom();
    bool awaitRetry();
    bool isOver();

    const int descriptor_;
    const Notice notice_;
    const std::size_t capacity_;

    std::mutex mutex_; // guards everything below
    std::condition_variable changed_;
    std::string buffer_;
    std::uint64_t dropped_ = 0;
    bool stopping_ = false;
    bool closed_ = false; // nobody reads it any more, and there is nowhere else to say so
    std::chrono::steady_clock::time_point lastMoment_; // to write what is left; set with stopping_

    Threads thread_; // one; last: it uses everything above
};

} // namespace kubecred::host
