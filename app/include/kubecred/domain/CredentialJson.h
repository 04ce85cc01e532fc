#pragma once

#include "kubecred/domain/Credential.h"
#include "kubecred/json/Value.h"
#include "kubecred/json/Writer.h"

#include <optional>

namespace kubecred {

/// Writes the credential as the object that every answer of the REST API shows.
void writeCredential(json::Writer& writer, const Credential& credential);

/// Writes its members into an object that was begun.
void writeMembers(json::Writer& writer, const Credential& credential);

/// Reads what `writeCredential` wrote, whatever else stands beside it; nothing where that is not
/// all there, or breaks the rules by which credentials are issued. Metadata may be of any size.
std::optional<Credential> readCredential(json::Value object);

} // namespace kubecred
