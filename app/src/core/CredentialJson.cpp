#include "kubecred/domain/CredentialJson.h"

namespace kubecred {

void writeCredential(json::Writer& writer, const Credential& credential) {
    writer.beginObject()
        .member("id", credential.id.toString())
        .member("name", credential.name)
        .member("email", credential.email)
        .member("credentialType", credential.credentialType)
        .key("metadata")
        .raw(credential.metadata)
        .member("issuedBy", credential.issuedBy)
        .member("issuedAt", toIso8601(credential.issuedAt))
        .endObject();
}

} // namespace kubecred
