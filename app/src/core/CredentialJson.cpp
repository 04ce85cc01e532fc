#include "kubecred/domain/CredentialJson.h"

namespace kubecred {
namespace {

const std::string* textOf(const json::Document& object, std::string_view name, json::Type type) {
    const json::Value* value = object.find(name);
    return value != nullptr && value->type == type ? &value->text : nullptr;
}

} // namespace

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

std::optional<Credential> readCredential(const json::Document& object) {
    const auto string = [&](std::string_view name) {
        return textOf(object, name, json::Type::string);
    };
    const auto* id = string("id");
    const auto* name = string("name");
    const auto* email = string("email");
    const auto* credentialType = string("credentialType");
    const auto* metadata = textOf(object, "metadata", json::Type::object);
    const auto* issuedBy = string("issuedBy");
    const auto* issuedAt = string("issuedAt");
    if (!id || !name || !email || !credentialType || !metadata || !issuedBy || !issuedAt)
        return std::nullopt;
    const auto uuid = Uuid::parse(*id);
    const auto time = parseIso8601(*issuedAt);
    if (!uuid || !time)
        return std::nullopt;
    return Credential{*uuid, *name, *email, *credentialType, *metadata, *issuedBy, *time};
}

} // namespace kubecred
