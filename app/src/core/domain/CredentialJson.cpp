#include "kubecred/domain/CredentialJson.h"

#include "kubecred/validation/CredentialRules.h"

namespace kubecred {

void writeCredential(json::Writer& writer, const Credential& credential) {
    writer.beginObject();
    writeMembers(writer, credential);
    writer.endObject();
}

void writeMembers(json::Writer& writer, const Credential& credential) {
    writer.member("id", credential.id.toString())
        .member("name", credential.name)
        .member("email", credential.email)
        .member("credentialType", credential.credentialType)
        .key("metadata")
        .raw(credential.metadata)
        .member("issuedBy", credential.issuedBy)
        .member("issuedAt", toIso8601(credential.issuedAt));
}

std::optional<Credential> readCredential(json::Value object) {
    validation::Fields fields(object);
    Credential credential{fields.requiredUuid("id"),
                          fields.requiredText("name", validation::nameRule),
                          fields.requiredText("email", validation::emailRule),
                          fields.requiredText("credentialType", validation::credentialTypeRule),
                          fields.requiredStoredObject("metadata"),
                          fields.requiredText("issuedBy", validation::issuedByRule),
                          {}};
    const auto issuedAt = parseIso8601(fields.requiredText("issuedAt", {24, "Time is required"}));
    if (!fields.errors().empty() || !issuedAt)
        return std::nullopt;
    credential.issuedAt = *issuedAt;
    return credential;
}

} // namespace kubecred
