#include "kubecred/Resolver.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace kubecred {
namespace {

using std::chrono::steady_clock;

std::string textOf(const addrinfo& info) {
    std::array<char, NI_MAXHOST> text{};
    const int failure = getnameinfo(info.ai_addr, info.ai_addrlen, text.data(), text.size(),
                                    nullptr, 0, NI_NUMERICHOST);
    return failure == 0 ? text.data() : std::string();
}

Resolver::Addresses addressesOf(const std::string& host, int flags) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM; // or each address would come once for each type
    hints.ai_flags = flags;
    addrinfo* first = nullptr;
    if (getaddrinfo(host.c_str(), nullptr, &hints, &first) != 0)
        return {};
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(first, &freeaddrinfo);
    Resolver::Addresses addresses;
    for (const addrinfo* info = first; info != nullptr; info = info->ai_next)
        if (auto text = textOf(*info); !text.empty())
            addresses.push_back(std::move(text));
    return addresses;
}

// One that somebody waits for, or waited.
struct UnderWay {
    bool isDone = false;
    Resolver::Addresses addresses;
};

} // namespace

// Belongs to the look-ups as well, which may outlive every resolver.
struct Resolver::State {
    explicit State(LookUp function) : lookUp(std::move(function)) {}

    const LookUp lookUp;
    std::mutex mutex; // guards everything below
    std::condition_variable changed;
    std::map<std::string, std::shared_ptr<UnderWay>> underWay;

    static void run(const std::shared_ptr<State>& state, const std::string& host) {
        auto addresses = state->lookUp(host);
        const std::lock_guard lock(state->mutex);
        const auto entry = state->underWay.extract(host);
        entry.mapped()->addresses = std::move(addresses);
        entry.mapped()->isDone = true;
        state->changed.notify_all();
    }
};

Resolver::Resolver() : Resolver([](const std::string& host) { return addressesOf(host, 0); }) {}

Resolver::Resolver(LookUp lookUp) : state_(std::make_shared<State>(std::move(lookUp))) {}

std::optional<Resolver::Addresses> Resolver::resolve(const std::string& host,
                                                     Deadline deadline) const {
    if (auto addresses = addressesOf(host, AI_NUMERICHOST); !addresses.empty())
        return addresses;
    std::unique_lock lock(state_->mutex);
    if (!state_->underWay.contains(host)) {
        if (state_->underWay.size() >= mostUnderWay)
            return std::nullopt;
        try {
            std::thread(&State::run, state_, host).detach();
        } catch (const std::system_error&) {
            return std::nullopt; // no thread to be had now
        }
        state_->underWay.emplace(host, std::make_shared<UnderWay>());
    }
    const auto joined = state_->underWay.at(host);
    if (!state_->changed.wait_until(lock, deadline, [&] { return joined->isDone; }))
        return std::nullopt;
    return joined->addresses;
}

Deadline shareOf(Deadline deadline, std::size_t turns) noexcept {
    const auto now = steady_clock::now();
    const auto left = std::max(deadline - now, steady_clock::duration::zero());
    return now + left / static_cast<std::int64_t>(std::max<std::size_t>(turns, 1));
}

} // namespace kubecred
