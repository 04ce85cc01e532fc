#include "kubecred/http/AccessSetting.h"

namespace kubecred::http {

Access readAccess(Settings& settings, std::string_view key, Access scope) {
    constexpr std::string_view modes[] = {"off", "keys"};
    return settings.choice(key, "off", modes) == "keys" ? scope : Access::anyone;
}

} // namespace kubecred::http
