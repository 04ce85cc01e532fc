#pragma once

#include "Load.h"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace kubecred::test {

/// Many connections at once, which nobody has time for: they send when they are told to, and read
/// nothing.
class Crowd {
public:
    /// Opens `count` connections; `buffer`: bytes that each can take unread, 0 for the usual.
    Crowd(int port, int count, int buffer = 0);
    ~Crowd();
    Crowd(const Crowd&) = delete;
    Crowd& operator=(const Crowd&) = delete;

    /// Sends this over each connection, as far as it goes without waiting.
    void send(std::string_view bytes);

    /// How many the other side has not closed.
    int open() const;

    /// Whether the other side has closed all, in this time at most.
    bool isGoneWithin(std::chrono::milliseconds most) const;

private:
    std::vector<int> sockets_;
};

/// So many connections, or as many as this process may open and a worker beside it too.
int affordable(int connections);

/// How many requests a second are answered: of a second from now on.
double throughput(const Load& load);

/// Fails the test where that stays more than a tenth, times `margin`, below `before` for seconds.
void assertThroughput(const Load& load, double before, int margin);

} // namespace kubecred::test
