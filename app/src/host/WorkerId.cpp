#include "WorkerId.h"

#include "kubecred/Error.h"
#include "kubecred/json/Document.h"

#include <Poco/Environment.h>
#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/URI.h>

#include <algorithm>
#include <cctype>
#include <istream>

namespace kubecred::host {
namespace {

constexpr std::size_t longestMetadata = 65536;

std::string get(const Poco::URI& uri) {
    Poco::Net::HTTPClientSession session(uri.getHost(), uri.getPort());
    session.setTimeout(Poco::Timespan(1, 0));
    Poco::Net::HTTPRequest request("GET", uri.getPathAndQuery(), "HTTP/1.1");
    session.sendRequest(request);
    Poco::Net::HTTPResponse response;
    std::istream& body = session.receiveResponse(response);
    std::string text(longestMetadata, '\0');
    body.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(body.gcount()));
    return text;
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
