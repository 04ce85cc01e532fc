#include "JsonSchema.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/StringTokenizer.h>

#include <algorithm>
#include <iterator>
#include <regex>
#include <stdexcept>
#include <utility>

namespace kubecred::test {
namespace {

using Poco::Dynamic::Var;
using Object = Poco::JSON::Object::Ptr;
using Array = Poco::JSON::Array::Ptr;
using Faults = std::vector<std::string>;

std::string typeOf(const Var& value) {
    if (value.isEmpty())
        return "null";
    if (value.type() == typeid(Object))
        return "object";
    if (value.type() == typeid(Array))
        return "array";
    if (value.isString())
        return "string";
    if (value.isBoolean())
        return "boolean";
    return value.isInteger() ? "integer" : "number";
}

// A scalar in quotes is a string, whatever it looks like.
std::string typeOf(const YAML::Node& scalar) {
    if (scalar.IsNull())
        return "null";
    const std::string text = scalar.Scalar();
    if (scalar.Tag() == "!")
        return "string";
    if (text == "true" || text == "false")
        return "boolean";
    return std::regex_match(text, std::regex("-?[0-9]+")) ? "integer" : "string";
}

bool equals(const YAML::Node& expected, const Var& value) {
    return typeOf(expected) == typeOf(value) &&
           (expected.IsNull() || expected.Scalar() == value.convert<std::string>());
}

bool isOfType(const std::string& wanted, const Var& value) {
    const std::string type = typeOf(value);
    return type == wanted || (wanted == "number" && type == "integer");
}

bool matches(const std::string& pattern, const Var& value) {
    return !value.isString() ||
           std::regex_search(value.extract<std::string>(), std::regex(pattern));
}

bool hasFormat(const std::string& format, const Var& value) {
    if (format == "uuid")
        return matches("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", value);
    if (format == "date-time")
        return matches(R"(^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$)", value);
    throw std::runtime_error("format " + format + " is not known here");
}

Faults missingFaults(const YAML::Node& names, const Var& value, const std::string& place) {
    Faults faults;
    if (typeOf(value) == "object")
        for (const auto& name : names)
            if (!value.extract<Object>()->has(name.as<std::string>()))
                faults.push_back(place + " lacks " + name.as<std::string>());
    return faults;
}

Faults dependentFaults(const YAML::Node& dependents, const Var& value, const std::string& place) {
    Faults faults;
    if (typeOf(value) == "object")
        for (const auto& dependent : dependents)
            if (value.extract<Object>()->has(dependent.first.as<std::string>()))
                std::ranges::move(missingFaults(dependent.second, value, place),
                                  std::back_inserter(faults));
    return faults;
}

std::size_t sizeOf(const Var& value) {
    return typeOf(value) == "array" ? value.extract<Array>()->size() : 0;
}

Faults unless(bool fits, const std::string& place, const std::string& what) {
    return fits ? Faults() : Faults{place + " " + what};
}

} // namespace

YAML::Node JsonSchema::resolved(const YAML::Node& node) const {
    if (!node.IsMap() || !node["$ref"])
        return node;
    const auto reference = node["$ref"].as<std::string>();
    const Poco::StringTokenizer steps(reference, "/");
    if (steps[0] != "#")
        throw std::runtime_error("a reference out of the document: " + reference);
    YAML::Node target = document_;
    for (std::size_t i = 1; i < steps.count(); ++i)
        target.reset(std::as_const(target)[steps[i]]); // throws where there is none
    return resolved(target);
}

std::vector<std::string> JsonSchema::faults(const YAML::Node& schema, const Var& value,
                                            const std::string& place) {
    Faults all;
    for (const auto& member : schema)
        std::ranges::move(
            keywordFaults(member.first.as<std::string>(), member.second, value, place),
            std::back_inserter(all));
    return all;
}

std::set<int> JsonSchema::unmetChoices() const {
    std::set<int> unmet;
    std::ranges::set_difference(choices_, met_, std::inserter(unmet, unmet.end()));
    return unmet;
}

Faults JsonSchema::keywordFaults(const std::string& keyword, const YAML::Node& argument,
                                 const Var& value, const std::string& place) {
    if (keyword == "description" || keyword == "title" || keyword == "additionalProperties")
        return {}; // `memberFaults` lets no additional property through anyway
    if (keyword == "$ref")
        return faults(resolved(YAML::Load("{$ref: '" + argument.as<std::string>() + "'}")), value,
                      place);
    if (keyword == "type")
        return unless(isOfType(argument.as<std::string>(), value), place,
                      "is no " + argument.as<std::string>());
    if (keyword == "const")
        return unless(equals(argument, value), place, "is not " + argument.as<std::string>());
    if (keyword == "enum")
        return unless(std::any_of(argument.begin(), argument.end(),
                                  [&](const auto& choice) { return equals(choice, value); }),
                      place, "is none of its values");
    if (keyword == "pattern")
        return unless(matches(argument.as<std::string>(), value), place,
                      "does not match " + argument.as<std::string>());
    if (keyword == "format")
        return unless(hasFormat(argument.as<std::string>(), value), place,
                      "is no " + argument.as<std::string>());
    if (keyword == "minimum")
        return unless(!value.isNumeric() || value.convert<double>() >= argument.as<double>(), place,
                      "is too small");
    if (keyword == "minItems" || keyword == "maxItems")
        return unless(keyword == "minItems" ? sizeOf(value) >= argument.as<std::size_t>()
                                            : sizeOf(value) <= argument.as<std::size_t>(),
                      place, "has a wrong number of items");
    if (keyword == "required")
        return missingFaults(argument, value, place);
    if (keyword == "dependentRequired")
        return dependentFaults(argument, value, place);
    if (keyword == "properties")
        return memberFaults(argument, value, place);
    if (keyword == "items")
        return itemFaults(argument, value, place);
    if (keyword == "oneOf")
        return choiceFaults(argument, value, place);
    throw std::runtime_error("the keyword " + keyword + " is not known here");
}

Faults JsonSchema::memberFaults(const YAML::Node& properties, const Var& value,
                                const std::string& place) {
    Faults all;
    if (typeOf(value) != "object")
        return all;
    for (const auto& [name, member] : *value.extract<Object>())
        if (const YAML::Node schema = properties[name]; !schema)
            all.push_back(place + " has an undeclared " + name);
        else
            std::ranges::move(faults(schema, member, place + "." + name), std::back_inserter(all));
    return all;
}

Faults JsonSchema::itemFaults(const YAML::Node& schema, const Var& value,
                              const std::string& place) {
    Faults all;
    for (std::size_t i = 0; i < sizeOf(value); ++i)
        std::ranges::move(faults(schema, value.extract<Array>()->get(static_cast<unsigned>(i)),
                                 place + "[" + std::to_string(i) + "]"),
                          std::back_inserter(all));
    return all;
}

Faults JsonSchema::choiceFaults(const YAML::Node& choices, const Var& value,
                                const std::string& place) {
    int fitting = 0;
    std::string others;
    for (const auto& choice : choices) {
        choices_.insert(choice.Mark().line);
        const auto before = met_;
        const Faults found = faults(choice, value, place);
        if (found.empty()) {
            ++fitting;
            met_.insert(choice.Mark().line);
        } else {
            met_ = before;
            others += "; " + found.front();
        }
    }
    return unless(fitting == 1, place, "fits " + std::to_string(fitting) + " choices" + others);
}

} // namespace kubecred::test
