#include "PostgresFaults.h"

#include <algorithm>
#include <array>
#include <utility>

namespace kubecred::storage {

Fault faultOfSqlState(std::string_view sqlState) noexcept {
    // The longer ones first: each entry is a prefix.
    constexpr std::array<std::pair<std::string_view, Fault>, 13> faults{{
        {"42501", Fault::permissionDenied},
        {"25006", Fault::readOnly},
        {"3F000", Fault::schemaMissing},
        {"42P01", Fault::schemaMissing},
        {"53100", Fault::storageFull},
        {"53300", Fault::tooManyConnections},
        {"55P03", Fault::locked},
        {"57014", Fault::timedOut},
        {"40P01", Fault::locked},
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
    constexpr std::array<std::string_view, 6> harmless{"22", "23", "40", "55P03", "57014", "P0"};
    return std::ranges::any_of(
        harmless, [&](std::string_view prefix) { return sqlState.starts_with(prefix); });
}

Fault faultOfConnectMessage(std::string_view message) noexcept {
    constexpr std::array<std::pair<std::string_view, Fault>, 14> faults{{
        {"timeout expired", Fault::timedOut},
        {"authentication failed", Fault::loginRefused},
        {"no password supplied", Fault::loginRefused},
        {"pg_hba.conf", Fault::loginRefused},
        {"certificate", Fault::tlsFailed},
        {"SSL", Fault::tlsFailed},
        {"not permitted to log in", Fault::loginRefused},
        {"does not exist", Fault::loginRefused},
        {"permission denied", Fault::loginRefused},
        {"too many clients", Fault::tooManyConnections},
        {"too many connections", Fault::tooManyConnections},
        {"remaining connection slots", Fault::tooManyConnections},
        {"session is read-only", Fault::readOnly},
        {"server is in hot standby mode", Fault::readOnly},
    }};
    for (const auto& [part, fault] : faults)
        if (message.find(part) != std::string_view::npos)
            return fault;
    return Fault::unreachable;
}

} // namespace kubecred::storage
