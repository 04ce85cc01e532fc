#pragma once

#include <chrono>
#include <span>

struct epoll_event;

namespace kubecred::http {

/// Watches sockets, each until it is ready once (epoll with EPOLLONESHOT). `wait` is for one
/// thread; everything else is safe to call from any. Poco::Net::PollSet cannot arm a socket for
/// one event from another thread, which is what handing connections to workers takes.
class Poller {
public:
    enum class Interest { read, write };

    Poller();
    ~Poller();
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;

    /// Registers a socket and arms it for one event; `token` comes back from `wait`. Closing the
    /// socket removes it.
    void add(int fd, void* token, Interest interest);

    /// Arms a registered socket for one more event.
    void arm(int fd, void* token, Interest interest);

    /// Forgets a socket. Only this keeps its events away for sure: epoll reports a hang-up of an
    /// armed socket whatever it was armed for.
    void remove(int fd);

    /// Writes the tokens of ready sockets to `ready` and returns how many; 0 after `timeout` or
    /// `wake`.
    std::size_t wait(std::span<void*> ready, std::chrono::milliseconds timeout);

    /// Makes a `wait` that is under way, or the next one, return at once.
    void wake() noexcept;

private:
    void control(int operation, int fd, void* token, Interest interest);

    int epoll_;
    int wakeUp_;
};

} // namespace kubecred::http
