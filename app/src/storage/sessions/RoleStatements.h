#pragma once

#include "Session.h"
#include "storage/Statements.h"

#include <span>

namespace kubecred::storage {

// What a session of a role is asked: the statements in the folder of its name.

inline std::span<const Statement* const> statementsOf(Role role) noexcept {
    return role == Role::reading ? sql::reading::all() : sql::writing::all();
}

/// What finds out whether the database would do what the role needs.
inline const Statement& probeOf(Role role) noexcept {
    return role == Role::reading ? sql::reading::probe : sql::writing::probe;
}

} // namespace kubecred::storage
