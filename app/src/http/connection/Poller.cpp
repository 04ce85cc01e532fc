#include "Poller.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace kubecred::http {
namespace {

constexpr std::size_t eventsPerWait = 256;

int checked(int result, const char* what) {
    if (result < 0)
        throw std::system_error(errno, std::generic_category(), what);
    return result;
}

} // namespace

Poller::Poller()
    : epoll_(checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wakeUp_(checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {
    control(wakeUp_, EPOLLIN, nullptr);
}

Poller::~Poller() {
    ::close(wakeUp_);
    ::close(epoll_);
}

void Poller::add(int fd, void* token) {
    control(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, token);
}

void Poller::watch(int fd, short events, void* token) {
    static_assert(POLLIN == EPOLLIN && POLLOUT == EPOLLOUT);
    control(fd, static_cast<std::uint32_t>(events), token);
}

void Poller::forget(int fd) noexcept { epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr); }

void Poller::control(int fd, std::uint32_t events, void* token) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = token;
    checked(epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

std::size_t Poller::wait(std::span<Event> events, std::chrono::milliseconds timeout) {
    std::array<epoll_event, eventsPerWait> ready;
    const auto most = static_cast<int>(std::min(events.size(), ready.size()));
    const int count = epoll_wait(epoll_, ready.data(), most, static_cast<int>(timeout.count()));
    if (count < 0 && errno != EINTR)
        checked(count, "epoll_wait");
    std::size_t found = 0;
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = ready[static_cast<std::size_t>(i)];
        if (event.data.ptr != nullptr) {
            events[found++] = {event.data.ptr,
                               (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0};
            continue;
        }
        std::uint64_t wakes = 0;
        [[maybe_unused]] const auto bytes = ::read(wakeUp_, &wakes, sizeof wakes);
    }
    return found;
}

void Poller::wake() noexcept {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto bytes = ::write(wakeUp_, &one, sizeof one);
}

} // namespace kubecred::http
