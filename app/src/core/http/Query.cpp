#include "kubecred/http/Query.h"

#include "kubecred/Error.h"
#include "kubecred/Text.h"

#include <algorithm>
#include <utility>

namespace kubecred::http {
namespace {

// One `name=value`; what could not be decoded is not there.
struct Pair {
    std::optional<std::string> name;
    std::optional<std::string> value;
};

std::optional<std::string> decoded(std::string_view text) {
    std::string spaced(text);
    std::ranges::replace(spaced, '+', ' ');
    return percentDecoded(spaced);
}

std::vector<Pair> pairsIn(std::string_view query) {
    std::vector<Pair> pairs;
    for (const auto part : split(query, "&")) {
        if (part.empty())
            continue;
        const auto equals = std::min(part.find('='), part.size());
        const auto behind = std::min(equals + 1, part.size());
        pairs.push_back({decoded(part.substr(0, equals)), decoded(part.substr(behind))});
    }
    return pairs;
}

bool has(const std::vector<Parameter>& parameters, const std::string& name) {
    return std::ranges::find(parameters, name, &Parameter::name) != parameters.end();
}

// What is wrong with a parameter, where others came before; null where nothing is.
const char* faultOf(const std::string& name, const std::optional<std::string>& value,
                    const RoutePolicy& policy, const std::vector<Parameter>& before) {
    if (std::ranges::find(policy.query, name) == policy.query.end())
        return "Unknown query parameter";
    if (has(before, name))
        return "Query parameter given more than once";
    if (!value)
        return "Query parameter must be UTF-8 without NUL";
    return value->size() > mostQueryBytes ? "Query parameter must be at most 2048 bytes" : nullptr;
}

void checkWhole(const std::vector<Pair>& pairs) {
    if (pairs.size() > mostQueryParameters)
        throw Error(ErrorKind::malformedRequest, "Too many query parameters");
    if (!std::ranges::all_of(pairs, [](const Pair& pair) { return pair.name.has_value(); }))
        throw Error(ErrorKind::malformedRequest, "Malformed query");
}

// At most one error a name, as for the fields of a body.
void addFault(std::vector<FieldError>& faults, const std::string& name, const char* message) {
    const FieldPath path{name};
    if (std::ranges::find(faults, path, &FieldError::path) == faults.end())
        faults.push_back({.path = path, .message = message});
}

} // namespace

std::vector<Parameter> readQuery(std::string_view query, const RoutePolicy& policy) {
    const bool isStrict = policy.unknownQuery == UnknownQuery::refused;
    if (query.empty() || (!isStrict && policy.query.empty()))
        return {};
    auto pairs = pairsIn(query);
    if (isStrict)
        checkWhole(pairs);
    std::vector<Parameter> parameters;
    std::vector<FieldError> faults;
    for (auto& [name, value] : pairs) {
        if (!name)
            continue;
        if (const char* fault = faultOf(*name, value, policy, parameters))
            addFault(faults, *name, fault);
        else
            parameters.push_back({*std::move(name), *std::move(value)});
    }
    if (isStrict && !faults.empty())
        throw Error::validation(std::move(faults));
    return parameters;
}

} // namespace kubecred::http
