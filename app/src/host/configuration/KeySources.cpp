#include "KeySources.h"

#include "TextFile.h"
#include "kubecred/Text.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace kubecred::host {
namespace {

using auth::ApiKey;
using http::Access;

/// Keys as they are found, each once.
class Collection {
public:
    /// `how` says how entries stand in this source, `place` which of them this is.
    void addEntry(const char* setting, std::string_view entry, const std::string& how,
                  const std::string& place) {
        auto key = auth::parseApiKey(entry);
        if (!key)
            throw KeyFault(setting, "entries name:scope+scope:sha256-in-hex (see --create-key), " +
                                        how + "; " + place + " is none");
        add(setting, *std::move(key), place);
    }

    // Whoever takes a key out of a source takes it out once; and which name and scopes would count?
    void add(const char* setting, ApiKey key, const std::string& place) {
        const auto same = std::ranges::find(keys_, key.digest,
                                            [](const Found& found) { return found.key.digest; });
        if (same == keys_.end())
            keys_.push_back({std::move(key), setting, place});
        else if (std::string_view(setting) == same->setting || same->key.name != key.name ||
                 same->key.scopes != key.scopes)
            throw KeyFault(setting, "different keys: " + place + " has the key of " + same->place);
        if (keys_.size() > mostKeys)
            throw KeyFault(setting, "at most " + std::to_string(mostKeys) + " keys");
    }

    std::vector<ApiKey> take() && {
        std::vector<ApiKey> keys;
        for (auto& found : keys_)
            keys.push_back(std::move(found.key));
        return keys;
    }

private:
    struct Found {
        ApiKey key;
        const char* setting;
        std::string place;
    };

    std::vector<Found> keys_;
};

// An emptied file is more likely one that is about to be written than the wish to lock everybody
// out.
void addFile(const std::string& path, Collection& keys) {
    const auto text = readTextFile(path);
    if (!text)
        throw KeyFault("auth.keysFile", readableFile);
    int number = 0;
    int entries = 0;
    for (const auto whole : split(*text, "\n")) {
        ++number;
        const auto line = trim(whole.substr(0, whole.find_last_not_of('\r') + 1));
        if (line.empty() || line.starts_with('#'))
            continue;
        keys.addEntry("auth.keysFile", line, "one a line", "line " + std::to_string(number));
        ++entries;
    }
    if (entries == 0)
        throw KeyFault("auth.keysFile",
                       "a file of at least one entry; to do without, leave out the "
                       "setting and start anew");
}

void addEntries(std::string_view entries, Collection& keys) {
    int number = 0;
    for (const auto entry : split(entries, ", \t\r\n")) {
        if (entry.empty())
            continue;
        keys.addEntry("auth.keys", entry, "separated by commas or white space",
                      "entry " + std::to_string(++number));
    }
}

// A header cannot carry anything else.
void addKeyItself(const char* setting, std::string_view key, ApiKey entry, Collection& keys) {
    key = bareKey(key);
    if (!std::ranges::all_of(key, [](char c) { return c >= 0x20 && c < 0x7f; }))
        throw KeyFault(setting, "printable ASCII");
    if (key.empty())
        return;
    entry.digest = sha256(key);
    keys.add(setting, std::move(entry), setting);
}

} // namespace

std::string_view bareKey(std::string_view text) noexcept {
    return trim(text.substr(0, text.find_last_not_of(" \t\r\n") + 1));
}

std::vector<std::string_view> shortSecrets(const KeySettings& settings) {
    constexpr std::size_t leastLength = 32;
    const auto isShort = [](std::string_view secret) {
        return !bareKey(secret).empty() && bareKey(secret).size() < leastLength;
    };
    std::vector<std::string_view> names;
    if (isShort(settings.healthToken))
        names.emplace_back("health.token");
    if (isShort(settings.peerKey))
        names.emplace_back("crossCheck.key");
    return names;
}

std::vector<ApiKey> readKeys(const KeySettings& settings) {
    Collection keys;
    if (!settings.file.empty())
        addFile(settings.file, keys);
    addEntries(settings.entries, keys);
    addKeyItself("health.token", settings.healthToken, {"health-token", {Access::admin}}, keys);
    addKeyItself("crossCheck.key", settings.peerKey, {"cross-check", {Access::peer}}, keys);
    return std::move(keys).take();
}

} // namespace kubecred::host
