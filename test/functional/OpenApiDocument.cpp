#include "OpenApiDocument.h"

#include <Poco/String.h>
#include <Poco/StringTokenizer.h>
#include <yaml-cpp/yaml.h>

#include <stdexcept>
#include <utility>

namespace kubecred::test {
namespace {

const std::set<std::string> methods{"get",     "put",  "post",  "delete",
                                    "options", "head", "patch", "trace"};

class Document {
public:
    explicit Document(const std::string& file) : root_(YAML::LoadFile(file)) {
        if (!root_["openapi"].as<std::string>("").starts_with("3.1"))
            throw std::runtime_error(file + " is no OpenAPI 3.1 document");
    }

    std::map<Operation, AnswerShape> operations() const {
        std::map<Operation, AnswerShape> all;
        for (const auto& path : root_["paths"])
            for (const auto& [name, operation] : membersOf(resolved(path.second)))
                if (methods.contains(name))
                    for (const auto& [status, answer] : membersOf(operation["responses"]))
                        all[{Poco::toUpper(name), path.first.as<std::string>(), status}] =
                            shapeOf(resolved(answer));
        return all;
    }

private:
    static std::map<std::string, YAML::Node> membersOf(const YAML::Node& object) {
        std::map<std::string, YAML::Node> members;
        for (const auto& member : object)
            members.emplace(member.first.as<std::string>(), member.second);
        return members;
    }

    // Follows `$ref: "#/components/schemas/Name"`.
    YAML::Node resolved(const YAML::Node& node) const {
        if (!node.IsMap() || !node["$ref"])
            return node;
        const auto reference = node["$ref"].as<std::string>();
        const Poco::StringTokenizer steps(reference, "/");
        YAML::Node target = root_;
        for (std::size_t i = 1; i < steps.count(); ++i)
            target.reset(std::as_const(target)[steps[i]]); // throws where there is none
        if (steps[0] != "#")
            throw std::runtime_error("a reference out of the document: " + reference);
        return resolved(target);
    }

    AnswerShape shapeOf(const YAML::Node& answer) const {
        AnswerShape shape;
        for (const auto& [name, header] : membersOf(answer["headers"]))
            shape.headers.insert(Poco::toLower(name));
        for (const auto& [type, content] : membersOf(answer["content"]))
            addTo(shape, resolved(content["schema"]));
        return shape;
    }

    void addTo(AnswerShape& shape, const YAML::Node& schema) const {
        for (const auto& part : schema["allOf"])
            addTo(shape, resolved(part));
        for (const auto& name : schema["required"])
            shape.required.insert(name.as<std::string>());
        for (const auto& [name, property] : membersOf(schema["properties"]))
            shape.documented.insert(name);
    }

    YAML::Node root_;
};

} // namespace

std::map<Operation, AnswerShape> readOpenApi(const std::string& file) {
    return Document(file).operations();
}

} // namespace kubecred::test
