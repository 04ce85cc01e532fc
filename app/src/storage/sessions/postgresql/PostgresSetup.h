#pragma once

#include <string>
#include <string_view>

namespace kubecred::storage {

/// What a session with PostgreSQL is for: answering requests within a time, or changing the schema,
/// which takes as long as it takes.
enum class Purpose { serving, migrating };

/// SQL that begins a session. Behind it, what we do does not depend on what the server, the
/// database and the role preset. Only what every user may set is set, where the server knows it.
/// `targetSessionAttrs`: as in PostgresSettings.
std::string sessionSetup(Purpose purpose, std::string_view targetSessionAttrs);

} // namespace kubecred::storage
