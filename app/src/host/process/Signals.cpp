#include "Signals.h"

#include "ExitStatus.h"

#include <csignal>
#include <pthread.h>
#include <unistd.h>

namespace kubecred::host {
namespace {

sigset_t endSignals() noexcept {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGTERM, SIGINT, SIGQUIT})
        sigaddset(&signals, signal);
    return signals;
}

sigset_t awaitedSignals() noexcept {
    sigset_t signals = endSignals();
    sigaddset(&signals, SIGHUP);
    return signals;
}

} // namespace

void blockSignals() noexcept {
    // A parent that ignores a signal passes that on, and an ignored signal cannot be waited for.
    // SIGINT stays as it came: a shell ignores it for what it starts in the background.
    struct sigaction action {};
    action.sa_handler = SIG_DFL;
    sigaction(SIGTERM, &action, nullptr);
    sigaction(SIGHUP, &action, nullptr);
    sigset_t signals = awaitedSignals();
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

int waitForSignal() noexcept {
    const sigset_t signals = awaitedSignals();
    int signal = 0;
    while (sigwait(&signals, &signal) != 0) {
    }
    return signal;
}

std::optional<int> waitForEndSignal(std::chrono::milliseconds most) noexcept {
    const sigset_t signals = endSignals();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(most);
    const timespec time{seconds.count(), std::chrono::nanoseconds(most - seconds).count()};
    const int signal = sigtimedwait(&signals, nullptr, &time);
    return signal > 0 ? std::optional(signal) : std::nullopt;
}

bool comesTrueInTime(const std::function<bool(Deadline)>& isTrueBy,
                     std::chrono::milliseconds patience) {
    constexpr std::chrono::milliseconds step{20};
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!isTrueBy(std::chrono::steady_clock::now() + step))
        if (std::chrono::steady_clock::now() >= end ||
            waitForEndSignal(std::chrono::milliseconds(0)))
            return false;
    return true;
}

void exitOnSignals() noexcept {
    struct sigaction action {};
    action.sa_handler = [](int signal) { _exit(ExitStatus::ofSignal(signal)); };
    const sigset_t signals = awaitedSignals();
    for (const int signal : {SIGTERM, SIGINT, SIGQUIT, SIGHUP})
        sigaction(signal, &action, nullptr);
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

} // namespace kubecred::host
