#pragma once

#include <Poco/Dynamic/Var.h>
#include <yaml-cpp/yaml.h>

#include <set>
#include <string>
#include <vector>

namespace kubecred::test {

/// Compares JSON values with schemas of an OpenAPI 3.1 document, as far as those of this project
/// go: any other keyword throws. Where a schema declares members of an object, it has to declare
/// all.
class JsonSchema {
public:
    /// `$ref` leads into `document`.
    explicit JsonSchema(const YAML::Node& document) : document_(document) {}

    /// What is wrong with the value, each with its place in it; nothing where it fits.
    std::vector<std::string> faults(const YAML::Node& schema, const Poco::Dynamic::Var& value,
                                    const std::string& place = "body");

    /// What `node` stands for, where it is a `$ref`; else itself.
    YAML::Node resolved(const YAML::Node& node) const;

    /// The lines of the document at which choices of a `oneOf` begin that no value has met, though
    /// values came to that `oneOf`.
    std::set<int> unmetChoices() const;

private:
    using Faults = std::vector<std::string>;

    Faults keywordFaults(const std::string& keyword, const YAML::Node& argument,
                         const Poco::Dynamic::Var& value, const std::string& place);
    Faults memberFaults(const YAML::Node& properties, const Poco::Dynamic::Var& value,
                        const std::string& place);
    Faults itemFaults(const YAML::Node& schema, const Poco::Dynamic::Var& value,
                      const std::string& place);
    Faults choiceFaults(const YAML::Node& choices, const Poco::Dynamic::Var& value,
                        const std::string& place);

    YAML::Node document_;
    std::set<int> choices_;
    std::set<int> met_;
};

} // namespace kubecred::test
