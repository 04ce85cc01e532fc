#include "WorkerId.h"

#include "kubecred/Error.h"
#include "kubecred/json/Document.h"

#include <Poco/Environment.h>
#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/URI.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>

namespace kubecred::host {
namespace {

constexpr std::size_t longestAnswer = 65536;
constexpr std::chrono::seconds patience{1};

// The body of a GET, as far as it comes within `patience`, over HTTP/1.0, where it ends with the
// connection. Poco's HTTP client bounds each read, not the whole.
std::string get(const Poco::URI& uri) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    Poco::Net::StreamSocket socket;
    socket.connect({uri.getHost(), uri.getPort()}, Poco::Timespan(patience.count(), 0));
    const std::string request =
        "GET " + uri.getPathAndQuery() + " HTTP/1.0\r\nHost: " + uri.getHost() + "\r\n\r\n";
    socket.sendBytes(request.data(), static_cast<int>(request.size()));
    std::string answer;
    std::array<char, 4096> buffer{};
    while (answer.size() < longestAnswer) {
        const auto left = std::chrono::duration_cast<std::chrono::microseconds>(
            deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0 ||
            !socket.poll(Poco::Timespan(left.count()), Poco::Net::Socket::SELECT_READ))
            throw Poco::TimeoutException("task metadata");
        const int count = socket.receiveBytes(buffer.data(), static_cast<int>(buffer.size()));
        if (count <= 0)
            break;
        answer.append(buffer.data(), static_cast<std::size_t>(count));
    }
    const auto head = answer.find("\r\n\r\n");
    return head == std::string::npos ? std::string() : answer.substr(head + 4);
}

std::string taskIdFrom(const std::string& metadataUri) {
    try {
        const auto metadata = json::parse(get(Poco::URI(metadataUri + "/task")));
        const auto* arn = metadata.find("TaskARN");
        return arn == nullptr ? std::string() : taskIdOf(arn->text);
    } catch (const Poco::Exception&) {
        return {}; // not there: the host name serves
    } catch (const Error&) {
        return {};
    }
}

} // namespace

std::string taskIdOf(std::string_view taskArn) {
    const auto slash = taskArn.rfind('/');
    if (taskArn.find(":task/") == std::string_view::npos || taskArn.size() - slash > 128)
        return {};
    const auto id = taskArn.substr(slash + 1);
    const bool isId =
        std::ranges::all_of(id, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; });
    return isId ? std::string(id) : std::string();
}

std::string findWorkerId(const std::string& metadataUri) {
    std::string id;
    if (!metadataUri.empty())
        id = taskIdFrom(metadataUri);
    return id.empty() ? Poco::Environment::nodeName() : id;
}

} // namespace kubecred::host
