#include "HttpAnswer.h"

#include "Disclosure.h"

#include <Poco/JSON/Parser.h>
#include <Poco/String.h>

#include <sstream>
#include <stdexcept>

namespace kubecred::test {

std::string HttpAnswer::header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
}

Poco::JSON::Object::Ptr HttpAnswer::json() const {
    return Poco::JSON::Parser().parse(body).extract<Poco::JSON::Object::Ptr>();
}

std::string HttpAnswer::text(const std::string& path) const {
    auto object = json();
    std::size_t from = 0;
    for (auto dot = path.find('.'); dot != std::string::npos; dot = path.find('.', from)) {
        object = object->getObject(path.substr(from, dot - from));
        from = dot + 1;
    }
    return object->getValue<std::string>(path.substr(from));
}

std::optional<HttpAnswer> takeAnswer(std::string& bytes, bool toHead) {
    const auto end = bytes.find("\r\n\r\n");
    if (end == std::string::npos)
        return std::nullopt;
    HttpAnswer answer;
    std::istringstream head(bytes.substr(0, end));
    std::string version;
    std::string line;
    head >> version >> answer.status;
    if (version != "HTTP/1.1")
        throw std::runtime_error("not an HTTP answer: " + bytes.substr(0, 60));
    std::getline(head, line);
    while (std::getline(head, line)) {
        const auto colon = line.find(':');
        answer.headers.emplace(Poco::toLower(line.substr(0, colon)),
                               Poco::trim(line.substr(colon + 1)));
    }
    const auto length = answer.header("content-length");
    const std::size_t bodySize = toHead || length.empty() ? 0 : std::stoul(length);
    if (bytes.size() < end + 4 + bodySize)
        return std::nullopt;
    answer.body = bytes.substr(end + 4, bodySize);
    bytes.erase(0, end + 4 + bodySize);
    if (const auto disclosed = disclosureIn(answer); !disclosed.empty())
        throw std::runtime_error("an answer discloses " + disclosed);
    return answer;
}

std::vector<HttpAnswer> readAnswers(std::string bytes) {
    std::vector<HttpAnswer> answers;
    while (auto answer = takeAnswer(bytes))
        answers.push_back(*std::move(answer));
    if (!bytes.empty())
        throw std::runtime_error("an incomplete answer: " + bytes.substr(0, 60));
    return answers;
}

} // namespace kubecred::test
