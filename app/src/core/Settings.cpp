#include "kubecred/Settings.h"

#include "kubecred/Text.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <utility>

namespace kubecred {
namespace {

std::optional<std::int64_t> toInteger(std::string_view text) noexcept {
    std::int64_t number = 0;
    const auto end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, number);
    if (result.ec != std::errc{} || result.ptr != end)
        return std::nullopt;
    return number;
}

// `http` of `http.port`.
std::string_view sectionOf(std::string_view key) { return key.substr(0, key.find('.')); }

bool isPlain(std::string_view key) {
    return std::ranges::all_of(key,
                               [](unsigned char c) { return std::isalnum(c) != 0 || c == '.'; });
}

} // namespace

Settings::Settings(std::map<std::string, SettingValue, std::less<>> values)
    : values_(std::move(values)) {}

const SettingValue* Settings::take(std::string_view key) {
    known_.emplace(key);
    const auto found = values_.find(key);
    return found == values_.end() ? nullptr : &found->second;
}

std::string Settings::text(std::string_view key, std::string_view fallback) {
    const SettingValue* given = take(key);
    return given != nullptr ? given->value : std::string(fallback);
}

std::int64_t Settings::integer(std::string_view key, std::int64_t fallback, std::int64_t least,
                               std::int64_t most) {
    const SettingValue* given = take(key);
    if (given == nullptr)
        return fallback;
    const auto number = toInteger(given->value);
    if (number && *number >= least && *number <= most)
        return *number;
    reject(key, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return fallback;
}

bool Settings::boolean(std::string_view key, bool fallback) {
    constexpr std::string_view choices[] = {"true", "false"};
    return choice(key, fallback ? "true" : "false", choices) == "true";
}

std::chrono::seconds Settings::seconds(std::string_view key, std::int64_t fallback,
                                       std::int64_t least, std::int64_t most) {
    return std::chrono::seconds(integer(key, fallback, least, most));
}

std::string Settings::choice(std::string_view key, std::string_view fallback,
                             std::span<const std::string_view> choices) {
    std::string value = text(key, fallback);
    if (std::ranges::find(choices, value) != choices.end())
        return value;
    reject(key, "one of " + join(choices, ", "));
    return std::string(fallback);
}

void Settings::reject(std::string_view key, std::string_view accepted) {
    std::string line(key);
    if (const auto found = values_.find(key); found != values_.end())
        line += " (" + found->second.origin + ")";
    faults_.emplace(key, line + ": must be " + std::string(accepted));
}

bool Settings::given(std::string_view key) const noexcept { return values_.contains(key); }

std::vector<std::string> Settings::badValues() const {
    std::vector<std::string> lines;
    for (const auto& [key, line] : faults_)
        lines.push_back(line);
    return lines;
}

std::vector<std::string> Settings::unknownKeys() const {
    const auto isNameable = [this](std::string_view key) {
        return isPlain(key) && std::ranges::any_of(known_, [&](std::string_view known) {
                   return key != sectionOf(key) && sectionOf(known) == sectionOf(key);
               });
    };
    std::vector<std::string> lines;
    for (const auto& [key, setting] : values_)
        if (!known_.contains(key))
            lines.push_back((isNameable(key) ? key + " (" + setting.origin + ")" : setting.origin) +
                            ": unknown key; config/ documents those there are");
    return lines;
}

} // namespace kubecred
