#include "OpenApiDocument.h"

#include <Poco/NumberParser.h>
#include <Poco/String.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>

namespace kubecred::test {
namespace {

const std::set<std::string> methods{"get",     "put",  "post",  "delete",
                                    "options", "head", "patch", "trace"};

// What every answer carries, or any by HTTP's own rules; documents do not repeat it.
const std::set<std::string> commonHeaders{
    "access-control-allow-origin",
    "access-control-expose-headers",
    "cache-control",
    "connection",
    "content-length",
    "content-security-policy",
    "content-type",
    "date",
    "keep-alive",
    "referrer-policy",
    "strict-transport-security",
    "x-content-type-options",
};

std::map<std::string, YAML::Node> membersOf(const YAML::Node& object) {
    std::map<std::string, YAML::Node> members;
    for (const auto& member : object)
        members.emplace(member.first.as<std::string>(), member.second);
    return members;
}

// A field's text as the JSON value that its schema is about.
Poco::Dynamic::Var valueOf(const std::string& text, const YAML::Node& schema) {
    Poco::Int64 number = 0;
    if (schema["type"] && schema["type"].as<std::string>() == "integer" &&
        Poco::NumberParser::tryParse64(text, number))
        return number;
    return text;
}

} // namespace

OpenApiDocument::OpenApiDocument(const std::string& file)
    : root_(YAML::LoadFile(file)), schemas_(root_) {
    if (!root_["openapi"].as<std::string>("").starts_with("3.1"))
        throw std::runtime_error(file + " is no OpenAPI 3.1 document");
    for (const auto& [path, operations] : membersOf(root_["paths"]))
        for (const auto& [method, operation] : membersOf(schemas_.resolved(operations)))
            if (methods.contains(method))
                for (const auto& [status, answer] : membersOf(operation["responses"]))
                    answers_.emplace(Operation{Poco::toUpper(method), path, status},
                                     schemas_.resolved(answer));
}

std::set<Operation> OpenApiDocument::operations() const {
    std::set<Operation> all;
    for (const auto& [operation, answer] : answers_)
        all.insert(operation);
    return all;
}

std::vector<std::string> OpenApiDocument::faults(const Operation& operation,
                                                 const HttpAnswer& answer) {
    if (std::to_string(answer.status) != operation.status)
        return {"the status is " + std::to_string(answer.status)};
    const YAML::Node& promised = answers_.at(operation);
    auto all = headerFaults(promised, answer);
    std::ranges::move(bodyFaults(promised, answer), std::back_inserter(all));
    return all;
}

std::vector<std::string> OpenApiDocument::headerFaults(const YAML::Node& promised,
                                                       const HttpAnswer& answer) {
    std::vector<std::string> all;
    std::set<std::string> declared = commonHeaders;
    for (const auto& [spelling, node] : membersOf(promised["headers"])) {
        const std::string name = Poco::toLower(spelling);
        const YAML::Node header = schemas_.resolved(node);
        declared.insert(name);
        if (answer.headers.count(name) > 1)
            all.push_back("the header " + name + " comes twice");
        else if (answer.has(name))
            std::ranges::move(schemas_.faults(header["schema"],
                                              valueOf(answer.header(name), header["schema"]),
                                              "header " + name),
                              std::back_inserter(all));
        else if (header["required"] && header["required"].as<bool>())
            all.push_back("the header " + name + " is missing");
    }
    for (const auto& [name, value] : answer.headers)
        if (!declared.contains(name))
            all.push_back("the header " + name + " is not declared");
    return all;
}

std::vector<std::string> OpenApiDocument::bodyFaults(const YAML::Node& promised,
                                                     const HttpAnswer& answer) {
    if (!promised["content"])
        return answer.body.empty() ? std::vector<std::string>() : std::vector{answer.body};
    const std::string header = answer.header("content-type");
    const YAML::Node content = promised["content"][header.substr(0, header.find(';'))];
    if (!content)
        return {"the type " + header + " is not declared"};
    return schemas_.faults(content["schema"], answer.json());
}

} // namespace kubecred::test
