#pragma once

#include "auth/ApiKey.h"

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace kubecred::host {

/// Where API keys come from.
struct KeySettings {
    std::string file = {};        ///< one entry a line; empty: no file
    std::string entries = {};     ///< separated by commas or white space
    std::string healthToken = {}; ///< a key of the scope admin, itself; empty: none
    std::string peerKey = {};     ///< a key of the scope peer, itself; empty: none
};

/// The most keys that there may be: every request that carries one is compared with all.
inline constexpr std::size_t mostKeys = 1000;

/// A source of keys that is not as it should be; `what()` tells what would do, without the place.
class KeyFault : public std::runtime_error {
public:
    KeyFault(const char* setting, const std::string& accepted)
        : std::runtime_error(accepted), setting_(setting) {}

    const char* setting() const noexcept { return setting_; }

private:
    const char* setting_;
};

/// A key without what stands around it in files and stores of secrets, such as a newline.
std::string_view bareKey(std::string_view text) noexcept;

/// The settings of those secrets that are given, but short enough to be guessed: under 32
/// characters.
std::vector<std::string_view> shortSecrets(const KeySettings& settings);

/// The keys of all sources. In the file, empty lines and lines that begin with # count for nothing.
/// The same entry in two sources counts once. Throws KeyFault: for an entry twice in one source,
/// and for a file without any, as well.
std::vector<auth::ApiKey> readKeys(const KeySettings& settings);

} // namespace kubecred::host
