#include "KeySources.h"

#include "TextFile.h"
#include "kubecred/Text.h"

#include <algorithm>
#include <set>

namespace kubecred::host {
namespace {

using auth::ApiKey;

constexpr const char* form = "name:scope+scope:sha256-in-hex (see --create-key)";

void readFile(const std::string& path, std::vector<ApiKey>& keys) {
    const auto text = readTextFile(path);
    if (!text)
        throw KeyFault("auth.keysFile", "a file that can be read");
    int number = 0;
    for (const auto whole : split(*text, "\n")) {
        ++number;
        const auto line = trim(whole.substr(0, whole.find_last_not_of('\r') + 1));
        if (line.empty() || line.starts_with('#'))
            continue;
        auto key = auth::parseApiKey(line);
        if (!key)
            throw KeyFault("auth.keysFile", std::string("a file of entries ") + form +
                                                ", one a line, which line " +
                                                std::to_string(number) + " is not");
        keys.push_back(*std::move(key));
    }
}

void readEntries(std::string_view entries, std::vector<ApiKey>& keys) {
    int number = 0;
    for (const auto entry : split(entries, ", \t\r\n")) {
        if (entry.empty())
            continue;
        ++number;
        auto key = auth::parseApiKey(entry);
        if (!key)
            throw KeyFault("auth.keys", std::string("entries ") + form +
                                            ", separated by commas or white space, which entry " +
                                            std::to_string(number) + " is not");
        keys.push_back(*std::move(key));
    }
}

bool isAnyTwice(const std::vector<ApiKey>& keys) {
    std::set<Digest> digests;
    return std::ranges::any_of(
        keys, [&](const ApiKey& key) { return !digests.insert(key.digest).second; });
}

} // namespace

std::vector<ApiKey> readKeys(const KeySettings& settings) {
    std::vector<ApiKey> keys;
    if (!settings.file.empty())
        readFile(settings.file, keys);
    readEntries(settings.entries, keys);
    const char* const setting = settings.file.empty() ? "auth.keys" : "auth.keysFile";
    if (!settings.healthToken.empty())
        keys.push_back({"health-token", {http::Access::admin}, sha256(settings.healthToken)});
    if (keys.size() > mostKeys)
        throw KeyFault(setting, "at most " + std::to_string(mostKeys) + " keys");
    if (isAnyTwice(keys))
        throw KeyFault(setting, "entries of different keys: one key stands there twice");
    return keys;
}

} // namespace kubecred::host
