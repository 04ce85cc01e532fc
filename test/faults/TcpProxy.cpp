#include "TcpProxy.h"

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <utility>
#include <vector>

namespace kubecred::test {
namespace {

using Poco::Net::SocketAddress;
using Poco::Net::StreamSocket;

SocketAddress loopback(int port) { return {"127.0.0.1", static_cast<Poco::UInt16>(port)}; }

// False at the end of the stream.
bool take(const StreamSocket& socket, std::string& bytes) {
    std::array<char, 65536> buffer;
    const auto count = ::recv(socket.impl()->sockfd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count > 0)
        bytes.assign(buffer.data(), static_cast<std::size_t>(count));
    return count > 0;
}

// False where it cannot be sent. Waits for a slow reader: it holds up all, as a network may.
bool give(const StreamSocket& socket, const std::string& bytes) {
    return ::send(socket.impl()->sockfd(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
}

// The other side gets a reset instead of an end.
void reset(StreamSocket& socket) {
    try {
        socket.setLinger(true, 0);
        socket.close();
    } catch (const Poco::Exception&) {
        socket.close(); // was reset by the other side
    }
}

} // namespace

struct TcpProxy::Link {
    enum class Fate { lives, losesReply, lost };

    StreamSocket client; ///< the service; closed once the link is lost
    StreamSocket server; ///< outlives it, so that the server does what it was asked
    Fate fate = Fate::lives;
};

TcpProxy::TcpProxy(int targetPort)
    : listener_(loopback(0)),
      port_(listener_.address().port()),
      target_(targetPort),
      thread_([this] { run(); }) {}

TcpProxy::~TcpProxy() {
    stopping_ = true;
    thread_.join();
}

void TcpProxy::redirect(int targetPort) {
    target_ = targetPort;
    cut();
}

void TcpProxy::loseReplies(int oneIn, const std::string& about) {
    const std::lock_guard lock(mutex_);
    oneIn_ = oneIn;
    about_ = about;
}

void TcpProxy::run() {
    while (!stopping_) {
        watch();
        if (std::exchange(cutsSeen_, cuts_) == cuts_)
            continue;
        for (auto& link : links_)
            if (link.fate != Link::Fate::lost)
                reset(link.client);
        links_.clear();
    }
}

void TcpProxy::watch() {
    const Mode mode = mode_;
    const short fromClient = mode == Mode::silent ? 0 : POLLIN;
    const short fromServer = mode == Mode::pass ? POLLIN : 0;
    std::vector<pollfd> watched{{listener_.impl()->sockfd(), fromClient, 0}};
    for (auto& link : links_) {
        const bool lost = link.fate == Link::Fate::lost;
        // What is not to be read must not be polled for its end either.
        watched.push_back({lost || fromClient == 0 ? -1 : link.client.impl()->sockfd(), POLLIN, 0});
        watched.push_back({fromServer == 0 ? -1 : link.server.impl()->sockfd(), POLLIN, 0});
    }
    if (::poll(watched.data(), watched.size(), 5) <= 0)
        return;
    std::size_t next = 1;
    for (auto link = links_.begin(); link != links_.end(); next += 2) {
        const bool goesOn = move(*link, watched[next].revents, watched[next + 1].revents);
        link = goesOn ? std::next(link) : links_.erase(link);
    }
    if (watched.front().revents != 0)
        accept();
}

void TcpProxy::accept() {
    StreamSocket client = listener_.acceptConnection();
    try {
        StreamSocket server(loopback(target_));
        client.setNoDelay(true);
        server.setNoDelay(true);
        links_.push_back({client, server});
    } catch (const Poco::Exception&) {
        reset(client); // nobody listens there
    }
}

bool TcpProxy::move(Link& link, short clientEvents, short serverEvents) {
    return (clientEvents == 0 || forward(link)) && (serverEvents == 0 || deliver(link));
}

bool TcpProxy::forward(Link& link) {
    std::string bytes;
    if (!take(link.client, bytes) || !give(link.server, bytes))
        return false;
    if (!isUnlucky(bytes))
        return true;
    link.fate = Link::Fate::losesReply;
    if (random_() % 2 == 0)
        lose(link);
    return true;
}

bool TcpProxy::deliver(Link& link) {
    std::string bytes;
    if (!take(link.server, bytes))
        return false;
    if (link.fate == Link::Fate::losesReply)
        lose(link);
    return link.fate == Link::Fate::lost || give(link.client, bytes);
}

bool TcpProxy::isUnlucky(const std::string& message) {
    const std::lock_guard lock(mutex_);
    return oneIn_ > 0 && message.find(about_) != std::string::npos &&
           random_() % static_cast<unsigned>(oneIn_) == 0;
}

void TcpProxy::lose(Link& link) {
    link.fate = Link::Fate::lost;
    ++lost_;
    reset(link.client);
    link.server.shutdownSend();
}

} // namespace kubecred::test
