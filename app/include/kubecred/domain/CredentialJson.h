#pragma once

#include "kubecred/domain/Credential.h"
#include "kubecred/json/Writer.h"

namespace kubecred {

/// Writes the credential as the object that every answer of the REST API shows.
void writeCredential(json::Writer& writer, const Credential& credential);

} // namespace kubecred
