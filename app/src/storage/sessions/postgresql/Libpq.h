#pragma once

#include <libpq-fe.h>

namespace kubecred::storage {

/// Notices would go to standard error, and may quote what nobody should read there.
inline void silenceNotices(PGconn* connection) noexcept {
    PQsetNoticeProcessor(
        connection, [](void*, const char*) {}, nullptr);
}

} // namespace kubecred::storage
