#pragma once

#include <compare>
#include <map>
#include <set>
#include <string>

namespace kubecred::test {

/// One answer that an operation of an API may give.
struct Operation {
    std::string method; ///< in upper case
    std::string path;
    std::string status;

    std::string text() const { return method + " " + path + " " + status; }
    auto operator<=>(const Operation&) const = default;
};

/// What an answer must look like: its headers, and the members of its JSON object at the top level.
struct AnswerShape {
    std::set<std::string> headers = {}; ///< in lower case
    std::set<std::string> required = {};
    std::set<std::string> documented = {};
};

/// Every answer that an OpenAPI 3.1 document promises, with its shape; references within the
/// document are resolved. Throws where the file is no such document.
std::map<Operation, AnswerShape> readOpenApi(const std::string& file);

} // namespace kubecred::test
