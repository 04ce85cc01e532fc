#include "WorkerId.h"

#include "kubecred/Error.h"
#include "kubecred/Resolver.h"
#include "kubecred/json/Document.h"
#include "peer/PeerConnection.h"

#include <Poco/Environment.h>
#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <algorithm>
#include <cctype>
#include <chrono>

namespace kubecred::host {
namespace {

constexpr std::chrono::seconds patience{1};

// The body of a GET, as far as it comes within `patience`.
std::string get(const Poco::URI& uri) {
    const peer::PeerSettings settings{uri.getAuthority(), uri.getHost(), uri.getPort(), {}};
    const Resolver resolver;
    const std::string request = "GET " + uri.getPathAndQuery() +
                                " HTTP/1.1\r\nHost: " + settings.authority +
                                "\r\nConnection: close\r\n\r\n";
    return peer::PeerConnection(settings, resolver)
        .exchange(request, std::chrono::steady_clock::now() + patience)
        .body;
}

std::string taskIdFrom(const std::string& metadataUri) {
    try {
        const auto metadata = json::parse(get(Poco::URI(metadataUri + "/task")));
        const auto arn = metadata.root().find("TaskARN");
        return arn ? taskIdOf(arn->asString().value_or("")) : std::string();
    } catch (const Poco::Exception&) { // no address
        return {};
    } catch (const peer::PeerError&) { // not there: the host name serves
        return {};
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
