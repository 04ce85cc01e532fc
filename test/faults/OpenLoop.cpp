#include "OpenLoop.h"

#include "Ledger.h"
#include "support/HttpAnswer.h"
#include "support/RawConnection.h"

#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <stdexcept>

namespace kubecred::test {
namespace {

struct Client {
    Poco::Net::StreamSocket socket;
    std::string received = {};
    std::int64_t sentAt = 0;
};

class OpenLoop {
public:
    OpenLoop(int port, int connections) : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
        for (int i = 0; i < connections; ++i) {
            clients_.push_back(std::make_unique<Client>(Client{Poco::Net::StreamSocket(
                Poco::Net::SocketAddress("127.0.0.1", static_cast<Poco::UInt16>(port)))}));
            Client& client = *clients_.back();
            client.socket.setNoDelay(true);
            client.socket.setBlocking(false);
            epoll_event event{EPOLLIN, {&client}};
            epoll_ctl(epoll_, EPOLL_CTL_ADD, client.socket.impl()->sockfd(), &event);
            free_.push_back(&client);
        }
    }
    ~OpenLoop() { ::close(epoll_); }
    OpenLoop(const OpenLoop&) = delete;
    OpenLoop& operator=(const OpenLoop&) = delete;

    Offered run(double perSecond, std::chrono::milliseconds time) {
        const auto began = nowMs();
        for (auto now = began; now - began < time.count(); now = nowMs()) {
            const auto due = static_cast<double>(now - began) / 1000 * perSecond;
            while (!free_.empty() && (perSecond == 0 || result_.sent < due))
                send();
            receive();
        }
        result_.servedPerSecond =
            1000 * static_cast<double>(result_.ids.size()) / static_cast<double>(nowMs() - began);
        while (result_.sent > answered_ && nowMs() - began < time.count() + 15000)
            receive();
        result_.failed += result_.sent - answered_;
        return std::move(result_);
    }

private:
    void send() {
        static std::atomic<int> keys{0};
        Client& client = *free_.back();
        free_.pop_back();
        const auto bytes =
            requestBytes("POST", "/issuance/credentials",
                         R"({"name":"Offered )" + std::to_string(++keys) +
                             R"(","email":"a@example.org","credentialType":"degree"})",
                         {"Content-Type: application/json"});
        client.sentAt = nowMs();
        ++result_.sent;
        if (client.socket.sendBytes(bytes.data(), static_cast<int>(bytes.size())) !=
            static_cast<int>(bytes.size()))
            throw std::runtime_error("a request was not taken");
    }

    void receive() {
        std::array<epoll_event, 256> events;
        const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 1);
        for (int i = 0; i < count; ++i)
            receive(*static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr));
    }

    void receive(Client& client) {
        std::array<char, 4096> buffer;
        const int count =
            client.socket.receiveBytes(buffer.data(), static_cast<int>(buffer.size()));
        if (count == 0)
            throw std::runtime_error("a connection was closed");
        client.received.append(buffer.data(), static_cast<std::size_t>(std::max(count, 0)));
        const auto answer = takeAnswer(client.received);
        if (!answer)
            return;
        note(*answer, nowMs() - client.sentAt);
        free_.push_back(&client);
    }

    void note(const HttpAnswer& answer, std::int64_t took) {
        ++answered_;
        if (answer.status == 201) {
            result_.ids.push_back(answer.text("credential.id"));
            result_.servedMs.push_back(took);
        } else if (answer.status == 503 && answer.has("retry-after")) {
            result_.refusedMs.push_back(took);
        } else {
            ++result_.failed;
        }
    }

    const int epoll_;
    std::vector<std::unique_ptr<Client>> clients_;
    std::vector<Client*> free_;
    int answered_ = 0;
    Offered result_;
};

} // namespace

Offered offer(int port, int connections, double perSecond, std::chrono::milliseconds time) {
    return OpenLoop(port, connections).run(perSecond, time);
}

std::int64_t percentile99(std::vector<std::int64_t> times) {
    if (times.empty())
        throw std::invalid_argument("a percentile of nothing");
    std::ranges::sort(times);
    return times[times.size() * 99 / 100];
}

} // namespace kubecred::test
