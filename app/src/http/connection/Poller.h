#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace kubecred::http {

/// Tells when sockets have something new: bytes to read, room to write, or an end (epoll,
/// edge-triggered). `wait` is for one thread; everything else is safe to call from any.
/// Poco::Net::PollSet reports levels, which takes a system call more for each request.
class Poller {
public:
    struct Event {
        void* token = nullptr;
        bool hungUp = false; ///< the other side sends no more
    };

    Poller();
    ~Poller();
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;

    /// Watches a socket until it is closed; `token` comes back from `wait`.
    void add(int fd, void* token);

    /// Watches a socket for these events of poll(2), and reports them for as long as they last,
    /// until `forget`.
    void watch(int fd, short events, void* token);
    void forget(int fd) noexcept;

    /// Writes events to `events` and returns how many; 0 after `timeout` or `wake`. Waits without
    /// end where the timeout is negative.
    std::size_t wait(std::span<Event> events, std::chrono::milliseconds timeout);

    /// Makes a `wait` that is under way, or the next one, return.
    void wake() noexcept;

private:
    void control(int fd, std::uint32_t events, void* token);

    int epoll_;
    int wakeUp_;
};

} // namespace kubecred::http
