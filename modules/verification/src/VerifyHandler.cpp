#include "VerifyHandler.h"

#include "kubecred/domain/CredentialJson.h"
#include "kubecred/http/JsonBody.h"
#include "kubecred/json/Writer.h"
#include "kubecred/validation/CredentialRules.h"

#include <utility>

namespace kubecred::verification {
namespace {

constexpr validation::TextRule nameRule{validation::nameRule.maxCharacters, "Name cannot be empty"};

VerifyRequest parse(const json::Document& body) {
    validation::Fields fields(body.root());
    VerifyRequest request;
    request.id = fields.requiredUuid("id");
    request.name = fields.optionalText("name", nameRule);
    request.email = fields.optionalText("email", validation::emailRule);
    fields.check();
    return request;
}

} // namespace

VerifyHandler::VerifyHandler(VerificationService& service, const Clock& clock, std::string workerId)
    : service_(service), clock_(clock), workerId_(std::move(workerId)) {}

Deferred<http::Response> VerifyHandler::operator()(const http::Request& request,
                                                   const RequestContext& context) const {
    const auto found = co_await service_.verify(parse(http::readJson(request)), context);
    co_return render(found);
}

http::Response VerifyHandler::render(const std::optional<FoundCredential>& found) const {
    json::Writer writer;
    writer.beginObject().key("valid").boolean(found.has_value());
    if (found) {
        writer.member("message", "Credential verified successfully").key("credential");
        writeCredential(writer, *found->credential);
    } else {
        writer.member("message", "Credential not found or invalid");
    }
    writer.member("verifiedBy", workerId_).member("verifiedAt", toIso8601(clock_.now()));
    if (found && found->asOf)
        writer.key("degraded").boolean(true).member("asOf", toIso8601(*found->asOf));
    writer.endObject();
    return {found ? 200 : 404, std::move(writer).text()};
}

} // namespace kubecred::verification
