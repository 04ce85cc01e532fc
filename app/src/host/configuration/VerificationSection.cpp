#include "VerificationSection.h"

#include "HostSettings.h"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <optional>
#include <string>

namespace kubecred::host {
namespace {

storage::CacheSettings readCache(Settings& settings) {
    storage::CacheSettings cache;
    cache.entries = static_cast<std::size_t>(
        settings.integer("verification.cache.entries", 10000, 0, 10000000));
    cache.fresh = settings.seconds("verification.cache.freshSeconds", 0, 0, 86400);
    cache.stale = settings.seconds("verification.cache.staleSeconds", 3600, 0, 604800);
    return cache;
}

std::optional<peer::PeerSettings> readCrossCheck(Settings& settings, const std::string& key) {
    const auto text = settings.text("verification.crossCheck", "");
    if (text.empty())
        return std::nullopt;
    if (bareKey(key).empty())
        settings.reject("crossCheck.key", "the key by which the other service knows this one");
    try {
        const Poco::URI url(text);
        const bool isPlain = url.getPathEtc().empty() || url.getPathEtc() == "/";
        if (url.getScheme() == "http" && !url.getHost().empty() && url.getUserInfo().empty() &&
            isPlain)
            return peer::PeerSettings{url.getAuthority(), url.getHost(), url.getPort(),
                                      std::string(bareKey(key))};
    } catch (const Poco::Exception&) { // it is none: see below
    }
    settings.reject("verification.crossCheck",
                    "the URL of a service, such as http://issuance:3000");
    return std::nullopt;
}

} // namespace

void readVerificationSection(Settings& settings, HostSettings& host) {
    host.database.cache = readCache(settings);
    host.crossCheck = readCrossCheck(settings, host.keySources.peerKey);
}

} // namespace kubecred::host
