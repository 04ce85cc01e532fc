#include "LookUpHandler.h"

#include "kubecred/domain/CredentialJson.h"
#include "kubecred/http/JsonBody.h"
#include "kubecred/json/Writer.h"
#include "kubecred/validation/Fields.h"

#include <utility>

namespace kubecred::issuance {
namespace {

Uuid parse(const json::Document& body) {
    validation::Fields fields(body.root());
    const Uuid id = fields.requiredUuid("id");
    fields.check();
    return id;
}

http::Response render(const std::optional<FoundCredential>& found) {
    json::Writer writer;
    if (!found)
        return {200, std::move(writer.null()).text()};
    writer.beginObject();
    writeMembers(writer, *found->credential);
    if (found->asOf)
        writer.member("asOf", toIso8601(*found->asOf));
    writer.endObject();
    return {200, std::move(writer).text()};
}

} // namespace

Deferred<http::Response> LookUpHandler::operator()(const http::Request& request,
                                                   const RequestContext& context) const {
    const LookUp lookUp{parse(http::readJson(request))};
    co_return render(co_await reader_.find(lookUp, context));
}

} // namespace kubecred::issuance
