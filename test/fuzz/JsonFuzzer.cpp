// The body of a request to a validated request: what is accepted comes back as it was given. And
// to a tree: written compactly, it is read as the same tree again.

#include "Fuzz.h"
#include "Service.h"
#include "kubecred/Error.h"
#include "kubecred/json/Document.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace kubecred;

std::optional<json::Document> read(std::string_view text) {
    try {
        return json::parse(text);
    } catch (const Error&) {
        return std::nullopt;
    }
}

void requireSameScalars(json::Value left, json::Value right) {
    fuzz::require(left.type() == right.type() && left.size() == right.size(), "types are kept");
    fuzz::require(left.asBoolean() == right.asBoolean() && left.asString() == right.asString() &&
                      left.asNumber() == right.asNumber(),
                  "values are kept");
    fuzz::require(left.hasNul() == right.hasNul() &&
                      left.hasUnholdableNumber() == right.hasUnholdableNumber() &&
                      left.hasNumberBeyondDouble() == right.hasNumberBeyondDouble(),
                  "traits are kept");
}

void requireSame(json::Value left, json::Value right) {
    requireSameScalars(left, right);
    auto element = right.elements().begin();
    for (const json::Value value : left.elements())
        requireSame(value, *element++);
    auto member = right.members().begin();
    for (const auto& [name, value] : left.members()) {
        const auto [sameName, sameValue] = *member++;
        fuzz::require(name == sameName, "names are kept");
        requireSame(value, sameValue);
        requireSameScalars(value, left.find(name).value());
    }
}

void requireWrittenAlike(const json::Document& document) {
    const std::string compact = document.root().compact();
    const auto again = read(compact);
    fuzz::require(again.has_value(), "what is written can be read");
    requireSame(document.root(), again->root());
    fuzz::require(again->root().compact() == compact, "what is written is written alike");
}

void requireKept(json::Value given, json::Value credential, std::string_view field) {
    const auto before = given.find(field);
    const auto after = credential.find(field);
    fuzz::require(before && after && before->asString() && before->asString() == after->asString(),
                  "texts are kept exactly");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static fuzz::Service service;
    if (size == 0)
        return 0;
    const bool issue = data[0] % 2 == 0;
    const std::string peer = "10.1.2.3";
    const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto given = read(body);
    if (given)
        requireWrittenAlike(*given);
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
    fuzz::require(given.has_value(), "what is accepted can be read");
    const auto credential = answer.root().find("credential");
    fuzz::require(credential.has_value(), "what is accepted is answered");
    for (const char* field : {"name", "email", "credentialType"})
        requireKept(given->root(), *credential, field);
    return 0;
}
