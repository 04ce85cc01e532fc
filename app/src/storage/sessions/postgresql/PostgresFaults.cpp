#include "PostgresFaults.h"

#include <algorithm>
#include <array>
#include <utility>

namespace kubecred::storage {
namespace {

bool isSqlState(std::string_view text) noexcept {
    return text.size() == 5 && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
           });
}

// Such as 28P01 of "…: FATAL:  28P01"; each attempt has a line, and the last one counts.
std::string_view lastSqlStateIn(std::string_view message) noexcept {
    std::string_view last;
    while (!message.empty()) {
        const auto end = std::min(message.find('\n'), message.size());
        const auto line = message.substr(0, end);
        const auto space = line.rfind(":  ");
        if (space != std::string_view::npos && isSqlState(line.substr(space + 3)))
            last = line.substr(space + 3);
        message.remove_prefix(std::min(end + 1, message.size()));
    }
    return last;
}

// Before there is a session, a privilege is that to connect, and what is out of the ordinary is a
// server that is not there for us yet.
Fault faultOfConnectState(std::string_view sqlState) noexcept {
    switch (const Fault fault = faultOfSqlState(sqlState)) {
    case Fault::permissionDenied:
        return Fault::loginRefused;
    case Fault::loginRefused:
    case Fault::tooManyConnections:
        return fault;
    default:
        return Fault::unreachable;
    }
}

} // namespace

Fault faultOfSqlState(std::string_view sqlState) noexcept {
    // The longer ones first: each entry is a prefix.
    constexpr std::array<std::pair<std::string_view, Fault>, 16> faults{{
        {"42501", Fault::permissionDenied},
        {"25006", Fault::readOnly},
        {"3F000", Fault::schemaMissing},
        {"42P01", Fault::schemaMissing},
        {"53100", Fault::storageFull},
        {"53300", Fault::tooManyConnections},
        {"55P03", Fault::locked},
        {"57014", Fault::timedOut},
        {"40001", Fault::conflict},
        {"40P01", Fault::conflict},
        {"22", Fault::valueRefused},
        {"54", Fault::valueRefused},
        {"28", Fault::loginRefused},
        {"3D", Fault::loginRefused},
        {"08", Fault::unreachable},
        {"57P", Fault::unreachable},
    }};
    for (const auto& [prefix, fault] : faults)
        if (sqlState.starts_with(prefix))
            return fault;
    return Fault::refused;
}

bool leavesConnectionAsItWas(std::string_view sqlState) noexcept {
    constexpr std::array<std::string_view, 7> harmless{"22",    "23",    "40", "54",
                                                       "55P03", "57014", "P0"};
    return std::ranges::any_of(
        harmless, [&](std::string_view prefix) { return sqlState.starts_with(prefix); });
}

Fault faultOfConnectMessage(std::string_view message) noexcept {
    if (const auto sqlState = lastSqlStateIn(message); !sqlState.empty())
        return faultOfConnectState(sqlState);
    // What libpq says by itself is never translated: this program sets no locale.
    constexpr std::array<std::pair<std::string_view, Fault>, 8> faults{{
        {"timeout expired", Fault::timedOut},
        {"no password supplied", Fault::loginRefused},
        {"certificate", Fault::tlsFailed},
        {"SSL", Fault::tlsFailed},
        {"session is read-only", Fault::readOnly},
        {"server is in hot standby mode", Fault::readOnly},
        {"session is not read-only", Fault::refused},
        {"server is not in hot standby mode", Fault::refused},
    }};
    for (const auto& [part, fault] : faults)
        if (message.find(part) != std::string_view::npos)
            return fault;
    return Fault::unreachable;
}

} // namespace kubecred::storage
