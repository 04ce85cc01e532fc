#include "IssueHandler.h"

#include "kubecred/domain/CredentialJson.h"
#include "kubecred/http/JsonBody.h"
#include "kubecred/json/Writer.h"
#include "kubecred/validation/CredentialRules.h"

#include <utility>

namespace kubecred::issuance {
namespace {

constexpr std::size_t maxMetadataBytes = 256 << 10;

IssueRequest parse(const json::Document& body) {
    validation::Fields fields(body.root());
    IssueRequest request;
    request.name = fields.requiredText("name", validation::nameRule);
    request.email = fields.requiredText("email", validation::emailRule);
    request.credentialType = fields.requiredText("credentialType", validation::credentialTypeRule);
    request.metadata = fields.optionalObject("metadata", maxMetadataBytes);
    fields.check();
    return request;
}

http::Response conflict(const Duplicate& existing) {
    json::Writer writer;
    writer.beginObject()
        .key("success")
        .boolean(false)
        .member("message", "Credential already issued")
        .key("existingCredential")
        .beginObject()
        .member("id", existing.id.toString())
        .member("issuedBy", existing.issuedBy)
        .member("issuedAt", toIso8601(existing.issuedAt))
        .endObject()
        .endObject();
    return {409, std::move(writer).text()};
}

} // namespace

Deferred<http::Response> IssueHandler::operator()(const http::Request& request,
                                                  const RequestContext& context) const {
    const auto outcome = co_await service_.issue(parse(http::readJson(request)), context);
    if (const auto* duplicate = std::get_if<Duplicate>(&outcome))
        co_return conflict(*duplicate);
    co_return created(std::get<Credential>(outcome));
}

http::Response IssueHandler::created(const Credential& credential) const {
    json::Writer writer;
    writer.beginObject()
        .key("success")
        .boolean(true)
        .member("message", "credential issued by " + service_.workerId())
        .key("credential");
    writeCredential(writer, credential);
    writer.endObject();
    return {201, std::move(writer).text()};
}

} // namespace kubecred::issuance
