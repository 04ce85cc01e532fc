#include "RawConnection.h"

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>

#include <array>
#include <stdexcept>
#include <thread>
#include <utility>

namespace kubecred::test {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

RawConnection::RawConnection(int port, int receiveBuffer)
    : socket_(Poco::Net::SocketAddress::IPv4) {
    if (receiveBuffer > 0)
        socket_.setReceiveBufferSize(receiveBuffer);
    socket_.connect(Poco::Net::SocketAddress("127.0.0.1", static_cast<Poco::UInt16>(port)));
    socket_.setNoDelay(true);
}

void RawConnection::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const int count = socket_.sendBytes(bytes.data(), static_cast<int>(bytes.size()));
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

void RawConnection::shutdownSend() { socket_.shutdownSend(); }

void RawConnection::reset() {
    socket_.setLinger(true, 0);
    socket_.close();
}

RawConnection::Read RawConnection::read(milliseconds most) {
    if (!socket_.poll(Poco::Timespan(most.count() * 1000), Poco::Net::Socket::SELECT_READ))
        return Read::nothing;
    std::array<char, 65536> buffer;
    int count = 0;
    try {
        count = socket_.receiveBytes(buffer.data(), static_cast<int>(buffer.size()));
    } catch (const Poco::Exception&) {
        return Read::end; // reset
    }
    received_.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0 ? Read::bytes : Read::end;
}

HttpAnswer RawConnection::receive(bool toHead, milliseconds most) {
    const auto deadline = steady_clock::now() + most;
    for (;;) {
        if (auto answer = takeAnswer(received_, toHead))
            return *std::move(answer);
        const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
        if (left.count() <= 0)
            throw std::runtime_error("no answer in time");
        if (read(left) == Read::end)
            throw std::runtime_error("the connection ended without an answer");
    }
}

std::string RawConnection::receiveUntilClosed(milliseconds most) {
    const auto deadline = steady_clock::now() + most;
    for (;;) {
        const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
        if (left.count() <= 0)
            throw std::runtime_error("the connection was not closed in time");
        if (read(left) == Read::end)
            return std::exchange(received_, {});
    }
}

bool RawConnection::staysSilent(milliseconds time) {
    return received_.empty() && read(time) == Read::nothing;
}

std::vector<HttpAnswer> exchange(int port, std::string_view bytes) {
    RawConnection connection(port);
    connection.send(bytes);
    connection.shutdownSend();
    return readAnswers(connection.receiveUntilClosed());
}

std::vector<HttpAnswer> answersUntilClosed(int port, const std::vector<std::string>& pieces) {
    RawConnection connection(port);
    try {
        for (const auto& piece : pieces) {
            connection.send(piece);
            if (pieces.size() > 1)
                std::this_thread::sleep_for(std::chrono::microseconds(500));
        }
    } catch (const Poco::Exception&) {
        // Closed before everything was sent: the answers tell why.
    }
    return readAnswers(connection.receiveUntilClosed());
}

std::string statusesOf(const std::vector<HttpAnswer>& answers) {
    std::string statuses;
    for (const auto& answer : answers)
        statuses += (statuses.empty() ? "" : " ") + std::to_string(answer.status);
    return statuses;
}

std::string requestBytes(const std::string& method, const std::string& path,
                         const std::string& body, const std::vector<std::string>& headers) {
    std::string bytes = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n";
    for (const auto& header : headers)
        bytes += header + "\r\n";
    if (!body.empty())
        bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return bytes + "\r\n" + body;
}

HttpAnswer request(int port, const std::string& method, const std::string& path,
                   const std::string& body, const std::vector<std::string>& headers) {
    RawConnection connection(port);
    connection.send(requestBytes(method, path, body, headers));
    return connection.receive(method == "HEAD");
}

HttpAnswer post(int port, const std::string& path, const std::string& json,
                const std::vector<std::string>& headers) {
    std::vector<std::string> all{"Content-Type: application/json"};
    all.insert(all.end(), headers.begin(), headers.end());
    return request(port, "POST", path, json, all);
}

} // namespace kubecred::test
