#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kubecred {

/// Where a value came from, for messages: "config/local.properties line 12", "environment variable
/// PORT".
struct SettingValue {
    std::string value;
    std::string origin;
};

/// The configuration, read key by key into typed values. Every read names the default and the
/// accepted range; a bad value is recorded as a fault and the default returned, so that all
/// faults come out at once. No message shows a value: what stands in the wrong place may be a
/// secret. Used by one thread, before anything starts.
class Settings {
public:
    /// `values` holds what was given, precedence already settled.
    explicit Settings(std::map<std::string, SettingValue, std::less<>> values);

    std::string text(std::string_view key, std::string_view fallback);
    std::int64_t integer(std::string_view key, std::int64_t fallback, std::int64_t least,
                         std::int64_t most);
    bool boolean(std::string_view key, bool fallback);

    /// A whole number of seconds.
    std::chrono::seconds seconds(std::string_view key, std::int64_t fallback, std::int64_t least,
                                 std::int64_t most);

    /// One of `choices`, exactly as spelled there.
    std::string choice(std::string_view key, std::string_view fallback,
                       std::span<const std::string_view> choices);

    /// Records a fault of a value that the caller checked itself; `accepted` says what would do.
    void reject(std::string_view key, std::string_view accepted);

    bool given(std::string_view key) const noexcept;

    /// One line for each bad value, naming the key, its origin and what would be accepted.
    std::vector<std::string> badValues() const;

    /// One line for each key that was given and that nobody has read. A key is named where another
    /// of its section was read; anything else may be no key, but a secret in its place.
    std::vector<std::string> unknownKeys() const;

private:
    const SettingValue* take(std::string_view key);

    std::map<std::string, SettingValue, std::less<>> values_;
    std::set<std::string, std::less<>> known_;
    std::map<std::string, std::string> faults_; // by key
};

} // namespace kubecred
