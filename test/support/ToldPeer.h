#pragma once

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace kubecred::test {

/// A peer over real sockets that answers every request with the bytes that it was told; with none,
/// never.
class ToldPeer {
public:
    explicit ToldPeer(std::string answer)
        : answer_(std::move(answer)), thread_([this] { run(); }) {}

    ~ToldPeer() {
        stopping_ = true;
        thread_.join();
    }
    ToldPeer(const ToldPeer&) = delete;
    ToldPeer& operator=(const ToldPeer&) = delete;

    int port() const { return socket_.address().port(); }

    /// `rest` is sent a moment after the answer's beginning.
    void tell(std::string answer, std::string rest = {}) {
        const std::lock_guard lock(mutex_);
        answer_ = std::move(answer);
        rest_ = std::move(rest);
    }

    /// Ends the connection as soon as this was answered.
    void hangUp() { hangsUp_ = true; }

    std::vector<std::string> requests() const {
        const std::lock_guard lock(mutex_);
        return requests_;
    }

    int connections() const { return connections_; }

private:
    void run() {
        using Poco::Net::Socket;
        std::vector<Poco::Net::StreamSocket> clients;
        while (!stopping_) {
            Socket::SocketList readable{socket_};
            readable.insert(readable.end(), clients.begin(), clients.end());
            Socket::SocketList none;
            Socket::select(readable, none, none, Poco::Timespan(5000));
            std::erase_if(clients, [&](auto& client) {
                return std::ranges::find(readable, client) != readable.end() && !serve(client);
            });
            if (std::ranges::find(readable, Socket(socket_)) != readable.end()) {
                ++connections_;
                clients.push_back(socket_.acceptConnection());
            }
        }
    }

    // False once the connection is at its end.
    bool serve(Poco::Net::StreamSocket& client) {
        try {
            std::string request(4096, '\0');
            const int length = client.receiveBytes(request.data(), 4096);
            if (length <= 0)
                return false;
            request.resize(static_cast<std::size_t>(length));
            answer(client, std::move(request));
            return !hangsUp_.exchange(false);
        } catch (const Poco::Exception&) { // the other side has had enough
            return false;
        }
    }

    void answer(Poco::Net::StreamSocket& client, std::string request) {
        const std::lock_guard lock(mutex_);
        requests_.push_back(std::move(request));
        if (!answer_.empty())
            client.sendBytes(answer_.data(), static_cast<int>(answer_.size()));
        if (rest_.empty())
            return;
        std::this_thread::sleep_for(std::chrono::milliseconds(30));
        client.sendBytes(rest_.data(), static_cast<int>(rest_.size()));
    }

    Poco::Net::ServerSocket socket_{Poco::Net::SocketAddress("127.0.0.1", 0)};
    mutable std::mutex mutex_; // guards the next three
    std::string answer_;
    std::string rest_;
    std::vector<std::string> requests_;
    std::atomic<int> connections_{0};
    std::atomic<bool> hangsUp_{false};
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

} // namespace kubecred::test
