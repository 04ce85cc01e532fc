#include "kubecred/validation/Fields.h"

#include "JsonLexemes.h"
#include "kubecred/json/WrittenOut.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace kubecred::validation {

using Code = FieldError::Code;

namespace {

// Whether a double holds each number of a JSON text without loss of magnitude.
bool fitDoubles(std::string_view json) {
    return std::ranges::all_of(json::readLexemes(json).numbers, [](const auto& number) {
        double value = 0;
        const auto text = number.spelling;
        return std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc{};
    });
}

} // namespace

Fields::Fields(const json::Document& body) : body_(body) {
    if (body.root().type != json::Type::object)
        failType({}, json::Type::object, nameOf(body.root().type));
}

std::string Fields::requiredText(std::string_view name, const TextRule& rule) {
    const json::Value* value = stringOf(name, true);
    if (value == nullptr)
        return {};
    applyRule(name, *value, rule);
    return value->text;
}

std::optional<std::string> Fields::optionalText(std::string_view name, const TextRule& rule) {
    const json::Value* value = stringOf(name, false);
    if (value == nullptr)
        return std::nullopt;
    applyRule(name, *value, rule);
    return value->text;
}

Uuid Fields::requiredUuid(std::string_view name) {
    const json::Value* value = stringOf(name, true);
    if (value == nullptr)
        return {};
    const auto uuid = Uuid::parse(value->text);
    if (!uuid)
        fail({Code::invalidUuid, std::string(name), "Valid UUID is required", {}, {}, 0});
    return uuid.value_or(Uuid());
}

std::string Fields::optionalObject(std::string_view name, std::size_t maxBytes) {
    const json::Value* value = body_.find(name);
    if (value == nullptr)
        return "{}";
    if (value->type != json::Type::object)
        failType(name, json::Type::object, nameOf(value->type));
    else if (value->hasNul)
        fail({Code::custom, std::string(name), "Text must not contain U+0000", {}, {}, 0});
    else if (value->hasUnholdableNumber)
        fail({Code::custom, std::string(name), "Number is out of range", {}, {}, 0});
    else if (json::writtenOutSize(value->text) > maxBytes)
        fail({Code::custom,
              std::string(name),
              "Must take at most " + std::to_string(maxBytes) +
                  " bytes with every number written out and a space after each comma and colon",
              {},
              {},
              0});
    return value->text;
}

std::string Fields::requiredStoredObject(std::string_view name) {
    const json::Value* value = body_.find(name);
    if (value == nullptr || value->type != json::Type::object) {
        failType(name, json::Type::object, value == nullptr ? "undefined" : nameOf(value->type));
        return {};
    }
    if (value->hasNul)
        fail({Code::custom, std::string(name), "Text must not contain U+0000", {}, {}, 0});
    else if (!fitDoubles(value->text))
        fail({Code::custom, std::string(name), "Number is out of range", {}, {}, 0});
    return value->text;
}

void Fields::check() const {
    if (!errors_.empty())
        throw Error::validation(errors_);
}

const json::Value* Fields::stringOf(std::string_view name, bool required) {
    const json::Value* value = body_.find(name);
    if (value == nullptr) {
        if (required)
            failType(name, json::Type::string, "undefined");
        return nullptr;
    }
    if (value->type != json::Type::string) {
        failType(name, json::Type::string, nameOf(value->type));
        return nullptr;
    }
    return value;
}

void Fields::applyRule(std::string_view name, const json::Value& value, const TextRule& rule) {
    const std::string field(name);
    if (value.text.empty() && !rule.emptyMessage.empty())
        fail({Code::tooSmall, field, std::string(rule.emptyMessage), {}, {}, 1});
    else if (rule.isEmail && !isEmail(value.text))
        fail({Code::invalidEmail, field, "Valid email is required", {}, {}, 0});
    else if (characterCount(value.text) > rule.maxCharacters)
        fail({Code::tooBig,
              field,
              "String must contain at most " + std::to_string(rule.maxCharacters) + " character(s)",
              {},
              {},
              rule.maxCharacters});
    else if (value.hasNul)
        fail({Code::custom, field, "Text must not contain U+0000", {}, {}, 0});
}

void Fields::fail(FieldError error) {
    // Where the body is no object, its fields say nothing more.
    if (body_.root().type == json::Type::object || errors_.empty())
        errors_.push_back(std::move(error));
}

void Fields::failType(std::string_view name, json::Type expected, std::string_view received) {
    const std::string wanted(nameOf(expected));
    const std::string message = received == "undefined"
                                    ? std::string("Required")
                                    : "Expected " + wanted + ", received " + std::string(received);
    fail({Code::invalidType, std::string(name), message, wanted, std::string(received), 0});
}

std::size_t characterCount(std::string_view utf8) noexcept {
    std::size_t count = 0;
    for (const char c : utf8)
        count += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1U : 0U;
    return count;
}

} // namespace kubecred::validation
