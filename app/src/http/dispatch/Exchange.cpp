#include "Exchange.h"

namespace kubecred::http {

const RoutePolicy& Exchange::policy() const {
    static const RoutePolicy usual;
    return match.policy == nullptr ? usual : *match.policy;
}

} // namespace kubecred::http
