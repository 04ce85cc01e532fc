#include "LiveKeys.h"

#include "kubecred/ClassName.h"

#include <cstdint>
#include <exception>
#include <string_view>
#include <utility>

namespace kubecred::host {
namespace {

constexpr std::string_view notReloaded = "API keys not reloaded: those from before stay in use";

} // namespace

void LiveKeys::reload(const http::Router& router) {
    try {
        auto keys = readKeys(sources_);
        const auto count = static_cast<std::int64_t>(keys.size());
        ring_.replace(std::move(keys));
        logger_.log(LogLevel::info, "API keys reloaded", {{"keys", count}});
        warnOfLockedRoutes(router);
    } catch (const KeyFault& fault) {
        logger_.log(LogLevel::error, notReloaded,
                    {{"setting", std::string_view(fault.setting())},
                     {"wanted", std::string_view(fault.what())}});
    } catch (const std::exception& exception) {
        logger_.log(LogLevel::error, notReloaded, {{"error", classNameOf(exception)}});
    }
}

void LiveKeys::warnOfShortSecrets() const {
    for (const auto setting : shortSecrets(sources_))
        logger_.log(LogLevel::warn, "a secret is short enough to be guessed",
                    {{"setting", setting}, {"wanted", "at least 32 random characters"}});
}

void LiveKeys::warnOfLockedRoutes(const http::Router& router) const {
    for (const auto& [method, path, access] : router.routes()) {
        const http::Scope* scope = http::scopeOf(access);
        if (scope != nullptr && !scope->isOptional && !ring_.anyOpens(access))
            logger_.log(LogLevel::warn, "nobody can call a route: no API key has its scope",
                        {{"route", path}, {"scope", scope->name}});
    }
}

} // namespace kubecred::host
