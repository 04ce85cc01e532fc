#include "kubecred/validation/Fields.h"

#include "kubecred/json/WrittenOut.h"

#include <utility>

namespace kubecred::validation {

using Code = FieldError::Code;

namespace {

constexpr const char* nulMessage = "Text must not contain U+0000";
constexpr const char* numberMessage = "Number is out of range";

// What Zod calls the type of a field that is not there.
constexpr std::string_view absent = "undefined";

FieldError typeError(json::Type expected, std::string_view received) {
    const std::string wanted(nameOf(expected));
    return {.code = Code::invalidType,
            .message = received == absent
                           ? std::string("Required")
                           : "Expected " + wanted + ", received " + std::string(received),
            .expected = wanted,
            .received = std::string(received)};
}

} // namespace

Fields::Fields(json::Value object, FieldPath path) : object_(object), path_(std::move(path)) {
    if (object_.type() == json::Type::object)
        return;
    errors_.push_back(typeError(json::Type::object, nameOf(object_.type())));
    errors_.back().path = path_;
}

std::string Fields::requiredText(std::string_view name, const TextRule& rule) {
    const auto text = textOf(name, Presence::required);
    if (text)
        applyRule(name, *text, rule);
    return std::string(text.value_or(""));
}

std::optional<std::string> Fields::optionalText(std::string_view name, const TextRule& rule) {
    const auto text = textOf(name, Presence::optional);
    if (!text)
        return std::nullopt;
    applyRule(name, *text, rule);
    return std::string(*text);
}

Uuid Fields::requiredUuid(std::string_view name) {
    const auto text = textOf(name, Presence::required);
    if (!text)
        return {};
    const auto uuid = Uuid::parse(*text);
    if (!uuid)
        fail(name, {.code = Code::invalidUuid, .message = "Valid UUID is required"});
    return uuid.value_or(Uuid());
}

std::string Fields::optionalObject(std::string_view name, std::size_t maxBytes) {
    const auto value = object_.find(name);
    if (!value)
        return "{}";
    if (value->type() != json::Type::object) {
        failType(name, json::Type::object, nameOf(value->type()));
        return {};
    }
    std::string compact = value->compact();
    if (value->hasNul())
        fail(name, {.message = nulMessage});
    else if (value->hasUnholdableNumber())
        fail(name, {.message = numberMessage});
    else if (json::writtenOutSize(compact) > maxBytes)
        fail(name, {.message = "Must take at most " + std::to_string(maxBytes) +
                               " bytes with every number written out and a space after each comma "
                               "and colon"});
    return compact;
}

std::string Fields::requiredStoredObject(std::string_view name) {
    const auto value = object_.find(name);
    if (!value || value->type() != json::Type::object) {
        failType(name, json::Type::object, value ? nameOf(value->type()) : absent);
        return {};
    }
    if (value->hasNul())
        fail(name, {.message = nulMessage});
    else if (value->hasNumberBeyondDouble())
        fail(name, {.message = numberMessage});
    return value->compact();
}

void Fields::add(const Fields& part) {
    errors_.insert(errors_.end(), part.errors_.begin(), part.errors_.end());
}

void Fields::check() const {
    if (!errors_.empty())
        throw Error::validation(errors_);
}

std::optional<std::string_view> Fields::textOf(std::string_view name, Presence presence) {
    const auto value = object_.find(name);
    if (!value) {
        if (presence == Presence::required)
            failType(name, json::Type::string, absent);
        return std::nullopt;
    }
    const auto text = value->asString();
    if (!text)
        failType(name, json::Type::string, nameOf(value->type()));
    return text;
}

void Fields::applyRule(std::string_view name, std::string_view text, const TextRule& rule) {
    if (text.empty() && !rule.emptyMessage.empty())
        fail(name, {.code = Code::tooSmall, .message = std::string(rule.emptyMessage), .limit = 1});
    else if (rule.isEmail && !isEmail(text))
        fail(name, {.code = Code::invalidEmail, .message = "Valid email is required"});
    else if (characterCount(text) > rule.maxCharacters)
        fail(name, {.code = Code::tooBig,
                    .message = "String must contain at most " + std::to_string(rule.maxCharacters) +
                               " character(s)",
                    .limit = rule.maxCharacters});
    else if (text.find('\0') != std::string_view::npos)
        fail(name, {.message = nulMessage});
}

void Fields::fail(std::string_view name, FieldError error) {
    // Where the value is no object, its fields say nothing more.
    if (object_.type() != json::Type::object)
        return;
    error.path = path_;
    error.path.emplace_back(std::string(name));
    errors_.push_back(std::move(error));
}

void Fields::failType(std::string_view name, json::Type expected, std::string_view received) {
    fail(name, typeError(expected, received));
}

std::size_t characterCount(std::string_view utf8) noexcept {
    std::size_t count = 0;
    for (const char c : utf8)
        count += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1U : 0U;
    return count;
}

} // namespace kubecred::validation
