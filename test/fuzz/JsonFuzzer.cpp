// The body of a request to a validated request: what is accepted comes back as it was given.

#include "Fuzz.h"
#include "Service.h"
#include "kubecred/json/Document.h"

#include <cstdint>
#include <string>

namespace {

using namespace kubecred;

void requireKept(const json::Document& given, const json::Document& credential,
                 std::string_view field) {
    const auto* before = given.find(field);
    const auto* after = credential.find(field);
    fuzz::require(before && after && before->text == after->text, "texts are kept exactly");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static fuzz::Service service;
    if (size == 0)
        return 0;
    const bool issue = data[0] % 2 == 0;
    const std::string peer = "10.1.2.3";
    const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
    http::Exchange exchange{{http::Method::post,
                             issue ? "/issuance/credentials" : "/verification/credentials",
                             {{"Content-Type", "application/json"}},
                             body},
                            peer,
                            {}};
    const auto response = service.answer(exchange);
    fuzz::require(response.status == (issue ? 201 : 404) || response.status == 400,
                  "a body is accepted or refused");
    const auto answer = json::parse(response.body);
    if (response.status != 201)
        return 0;
    const auto given = json::parse(body);
    const auto credential = json::parse(answer.find("credential")->text);
    for (const char* field : {"name", "email", "credentialType"})
        requireKept(given, credential, field);
    return 0;
}
