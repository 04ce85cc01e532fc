#include "LogSink.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <thread>
#include <utility>

namespace kubecred::host {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds farewell{500};

// How long lines gather: a thread that is woken for each of them costs more than all the rest.
constexpr milliseconds gathering{5};

// How long a stop may go unnoticed while the descriptor takes nothing.
constexpr milliseconds roomInterval{100};

} // namespace

LogSink::LogSink(int descriptor, Notice notice, std::size_t capacity)
    : descriptor_(descriptor), notice_(std::move(notice)), capacity_(capacity) {
    thread_.add([this] { run(); });
}

bool LogSink::finish() {
    {
        const std::lock_guard lock(mutex_);
        if (!std::exchange(stopping_, true))
            lastMoment_ = steady_clock::now() + farewell;
    }
    changed_.notify_one();
    return thread_.join(lastMoment_ + farewell);
}

void LogSink::write(std::string_view line) {
    const std::lock_guard lock(mutex_);
    if (closed_)
        return;
    if (buffer_.size() + line.size() > capacity_) {
        ++dropped_;
        return;
    }
    if (buffer_.empty())
        changed_.notify_one();
    buffer_ += line;
}

void LogSink::run() {
    std::unique_lock lock(mutex_);
    std::string taken;
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || !buffer_.empty(); });
        changed_.wait_for(lock, gathering, [this] { return stopping_; });
        if (buffer_.empty() && dropped_ == 0)
            return;
        taken.clear();
        taken.swap(buffer_);
        const auto dropped = std::exchange(dropped_, 0);
        lock.unlock();
        if (dropped > 0)
            taken += notice_(dropped);
        const bool written = writeAll(taken);
        lock.lock();
        closed_ = !written;
        if (closed_)
            return;
    }
}

// Writes no more at once than a pipe takes without making its writer wait (pipe(7)).
bool LogSink::writeAll(std::string_view bytes) {
    while (!bytes.empty()) {
        if (!awaitRoom())
            return false;
        const auto count =
            ::write(descriptor_, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
        if (count < 0 && (errno == EPIPE || errno == EBADF))
            return false;
        if (count < 0 && errno != EINTR && errno != EAGAIN && !awaitRetry())
            return false; // no room on its disk, most likely
        bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    }
    return true;
}

// False once the process waits no longer.
bool LogSink::awaitRoom() {
    pollfd watched{descriptor_, POLLOUT, 0};
    while (::poll(&watched, 1, static_cast<int>(roomInterval.count())) <= 0)
        if (isOver())
            return false;
    return true;
}

// A file counts as writable whether its disk has room or not.
bool LogSink::awaitRetry() {
    std::this_thread::sleep_for(roomInterval);
    return !isOver();
}

bool LogSink::isOver() {
    const std::lock_guard lock(mutex_);
    return stopping_ && steady_clock::now() >= lastMoment_;
}

} // namespace kubecred::host
