#include "Crowd.h"

#include <cppunit/TestAssert.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <thread>

namespace kubecred::test {
namespace {

int connectTo(int port, int buffer) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (buffer > 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        return socket;
    ::close(socket);
    throw std::runtime_error("a connection of the crowd was not accepted");
}

double throughput(const Load& load, std::chrono::milliseconds time) {
    const auto began = nowMs();
    const int before = load.answered();
    std::this_thread::sleep_for(time);
    return 1000.0 * (load.answered() - before) / static_cast<double>(nowMs() - began);
}

} // namespace

Crowd::Crowd(int port, int count, int buffer) {
    affordable(count); // raises the limit
    try {
        for (int i = 0; i < count; ++i) {
            sockets_.push_back(connectTo(port, buffer));
            if (i % 100 == 99) // fewer than the port's queue holds
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    } catch (...) {
        std::ranges::for_each(sockets_, ::close);
        throw;
    }
}

Crowd::~Crowd() { std::ranges::for_each(sockets_, ::close); }

void Crowd::send(std::string_view bytes) {
    for (const int socket : sockets_)
        ::send(socket, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

int Crowd::open() const {
    std::vector<pollfd> watched;
    for (const int socket : sockets_)
        watched.push_back({socket, POLLRDHUP, 0});
    return static_cast<int>(watched.size()) - ::poll(watched.data(), watched.size(), 0);
}

bool Crowd::isGoneWithin(std::chrono::milliseconds most) const {
    const auto end = std::chrono::steady_clock::now() + most;
    while (open() > 0) {
        if (std::chrono::steady_clock::now() > end)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return true;
}

int affordable(int connections) {
    constexpr int others = 500; // files, the load, and whatever else
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    const auto most = static_cast<rlim_t>(connections) + others;
    return limit.rlim_max >= most ? connections : static_cast<int>(limit.rlim_max) - others;
}

double throughput(const Load& load) { return throughput(load, std::chrono::milliseconds(1000)); }

// Something else may keep the machine busy for a moment.
void assertThroughput(const Load& load, double before, int margin) {
    double best = 0;
    for (int attempt = 0; attempt < 6 && best < before * (1 - 0.1 * margin); ++attempt)
        best = std::max(best, throughput(load, std::chrono::milliseconds(400)));
    CPPUNIT_ASSERT_MESSAGE(std::to_string(before) + " answers/s, then " + std::to_string(best),
                           best >= before * (1 - 0.1 * margin));
}

} // namespace kubecred::test
