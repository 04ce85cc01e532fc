#pragma once

#include "kubecred/Clock.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kubecred {

/// Looks up the addresses of host names without waiting beyond a deadline, which getaddrinfo(3)
/// cannot: each look-up has a thread of its own, which is left to itself where nobody waits for it
/// any more. Copies share the look-ups under way. Safe to call from several threads at once.
class Resolver {
public:
    using Addresses = std::vector<std::string>;

    /// Asks the system, for as long as that takes; empty where it knows no address.
    using LookUp = std::function<Addresses(const std::string& host)>;

    /// The most look-ups under way at once, one for each name.
    static constexpr std::size_t mostUnderWay = 16;

    Resolver();
    explicit Resolver(LookUp lookUp);

    /// The numeric addresses of a host, the one to try first in front (RFC 6724); empty where there
    /// are none, and nothing where that cannot be told by the deadline. Joins a look-up of the same
    /// name that is under way. What is numeric already is answered at once.
    std::optional<Addresses> resolve(const std::string& host, Deadline deadline) const;

private:
    struct State;

    std::shared_ptr<State> state_;
};

/// When the first of so many that are tried in turn has had its fair share of the time that is
/// left.
Deadline shareOf(Deadline deadline, std::size_t turns) noexcept;

} // namespace kubecred
