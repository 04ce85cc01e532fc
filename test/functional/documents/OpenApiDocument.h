#pragma once

#include "JsonSchema.h"
#include "support/HttpAnswer.h"

#include <compare>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace kubecred::test {

/// One answer that an operation of an API may give.
struct Operation {
    std::string method; ///< in upper case
    std::string path;
    std::string status;

    std::string text() const { return method + " " + path + " " + status; }
    auto operator<=>(const Operation&) const = default;
};

/// What an OpenAPI 3.1 document promises. References within the document are followed.
class OpenApiDocument {
public:
    /// Throws where the file is no such document.
    explicit OpenApiDocument(const std::string& file);

    /// Every answer that it promises.
    std::set<Operation> operations() const;

    /// In what an answer is not as promised: its status, its headers, its type, its whole body.
    std::vector<std::string> faults(const Operation& operation, const HttpAnswer& answer);

    /// As JsonSchema::unmetChoices, of all answers that were compared.
    std::set<int> unmetChoices() const { return schemas_.unmetChoices(); }

private:
    std::vector<std::string> headerFaults(const YAML::Node& promised, const HttpAnswer& answer);
    std::vector<std::string> bodyFaults(const YAML::Node& promised, const HttpAnswer& answer);

    YAML::Node root_;
    JsonSchema schemas_;
    std::map<Operation, YAML::Node> answers_;
};

} // namespace kubecred::test
