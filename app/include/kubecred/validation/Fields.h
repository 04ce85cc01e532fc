#pragma once

#include "kubecred/Error.h"
#include "kubecred/domain/Uuid.h"
#include "kubecred/json/Document.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kubecred::validation {

/// What a text must be like. At most one rule is reported for a field: the first that fails, in
/// the order empty, grammar, length, U+0000.
struct TextRule {
    std::size_t maxCharacters;     ///< in code points
    std::string_view emptyMessage; ///< said of an empty text; empty where the grammar says it
    bool isEmail = false;
};

/// Takes typed fields out of a request body and collects what is wrong with them, in the order of
/// the calls. The values that it returns are meaningful only once `check` has passed.
/// One for each request; it refers to the document, which must outlive it.
class Fields {
public:
    /// A body that is no object is itself the one error.
    explicit Fields(const json::Document& body);

    std::string requiredText(std::string_view name, const TextRule& rule);
    std::optional<std::string> optionalText(std::string_view name, const TextRule& rule);
    Uuid requiredUuid(std::string_view name);

    /// A JSON object as compact text, `{}` where the field is absent. `maxBytes` bounds it as it
    /// will be answered (json/WrittenOut.h).
    std::string optionalObject(std::string_view name, std::size_t maxBytes);

    /// A JSON object as a database gives it back, as compact text: of any size. Its numbers may be
    /// written out (1e308 in 309 digits), so that only their magnitude counts.
    std::string requiredStoredObject(std::string_view name);

    /// Whether no field fails.
    bool areValid() const noexcept { return errors_.empty(); }

    /// Throws Error (validation) with every failing field where there is one.
    void check() const;

private:
    const json::Value* stringOf(std::string_view name, bool required);
    void applyRule(std::string_view name, const json::Value& value, const TextRule& rule);
    void fail(FieldError error);
    void failType(std::string_view name, json::Type expected, std::string_view received);

    const json::Document& body_;
    std::vector<FieldError> errors_;
};

/// The e-mail grammar of Zod 3: a local part of ASCII letters, digits and `_'+-.`, with no leading
/// dot, no two dots in a row and ending in a letter, digit, `_`, `+` or `-`; `@`; labels that each
/// begin with a letter or digit, go on with letters, digits and hyphens and end in a dot; a
/// top-level domain of two or more letters.
bool isEmail(std::string_view text) noexcept;

/// How many code points a UTF-8 text has.
std::size_t characterCount(std::string_view utf8) noexcept;

} // namespace kubecred::validation
