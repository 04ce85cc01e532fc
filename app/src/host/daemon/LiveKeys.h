#pragma once

#include "auth/Authorizer.h"
#include "auth/KeyRing.h"
#include "host/configuration/KeySources.h"
#include "kubecred/Log.h"
#include "kubecred/http/Router.h"

#include <vector>

namespace kubecred::host {

/// The API keys of a running daemon: who may call what, read anew on demand, with warnings about
/// keys that are missing or weak. The authorizer is safe to use from several threads at once.
class LiveKeys {
public:
    /// `sources` says where `keys` were read. The references must outlive this object.
    LiveKeys(const KeySettings& sources, std::vector<auth::ApiKey> keys, Logger& logger)
        : sources_(sources), ring_(std::move(keys)), authorizer_(ring_), logger_(logger) {}

    const auth::Authorizer& authorizer() const noexcept { return authorizer_; }

    /// Reads the sources again. Where they are at fault, the log says so, and the keys stay.
    void reload(const http::Router& router);

    void warnOfShortSecrets() const;

    /// Warns of each route that nobody can call, since no key has its scope.
    void warnOfLockedRoutes(const http::Router& router) const;

private:
    const KeySettings& sources_;
    auth::KeyRing ring_;
    auth::Authorizer authorizer_;
    Logger& logger_;
};

} // namespace kubecred::host
