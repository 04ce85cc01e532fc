#include "kubecred/http/Access.h"

namespace kubecred::http {

std::string_view nameOf(Access access) noexcept {
    switch (access) {
    case Access::issue:
        return "issue";
    case Access::verify:
        return "verify";
    case Access::admin:
        return "admin";
    case Access::peer:
        return "peer";
    case Access::anyone:
        break;
    }
    return "anyone";
}

} // namespace kubecred::http
