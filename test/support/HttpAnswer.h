#pragma once

#include <Poco/JSON/Object.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kubecred::test {

/// One answer as it came over the wire.
struct HttpAnswer {
    int status = 0;
    std::multimap<std::string, std::string> headers; ///< names in lower case
    std::string body;

    bool has(const std::string& name) const { return headers.contains(name); }

    /// The value of a header (name in lower case); empty where there is none.
    std::string header(const std::string& name) const;

    /// The body as a JSON object; throws where it is none.
    Poco::JSON::Object::Ptr json() const;

    /// A member of the JSON body as text, also of a nested object: `text("credential.id")`.
    std::string text(const std::string& path) const;
};

/// Takes the first complete answer off the front of `bytes`; nothing where there is none yet.
/// Throws where it is none, or tells what no answer may (Disclosure.h).
/// `toHead`: the answer has no body, whatever its length says.
std::optional<HttpAnswer> takeAnswer(std::string& bytes, bool toHead = false);

/// All answers that `bytes` holds; throws where something is left over.
std::vector<HttpAnswer> readAnswers(std::string bytes);

} // namespace kubecred::test
