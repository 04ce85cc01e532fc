#pragma once

#include "kubecred/Error.h"
#include "kubecred/domain/Uuid.h"
#include "kubecred/json/Value.h"

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

/// Takes typed fields out of an object of a request and collects what is wrong with them, in the
/// order of the calls. The values that it returns are meaningful only where there are no errors.
/// One for each object; it refers to the document, which must outlive it.
class Fields {
public:
    /// `path` is where `object` stands in the request. A value that is no object is itself the one
    /// error.
    explicit Fields(json::Value object, FieldPath path = {});

    std::string requiredText(std::string_view name, const TextRule& rule);
    std::optional<std::string> optionalText(std::string_view name, const TextRule& rule);
    Uuid requiredUuid(std::string_view name);

    /// A JSON object as compact text, `{}` where the field is absent. `maxBytes` bounds it as it
    /// will be answered (json/WrittenOut.h).
    std::string optionalObject(std::string_view name, std::size_t maxBytes);

    /// A JSON object as a database gives it back, as compact text: of any size. Its numbers may be
    /// written out (1e308 in 309 digits), so that only their magnitude counts.
    std::string requiredStoredObject(std::string_view name);

    /// Takes over what is wrong with a part of this object, such as an element of one of its
    /// arrays.
    void add(const Fields& part);

    /// What fails so far, in the order of the calls; empty where nothing does.
    const std::vector<FieldError>& errors() const noexcept { return errors_; }

    /// Throws Error (validation) with every failing field where there is one.
    void check() const;

private:
    enum class Presence { required, optional };

    std::optional<std::string_view> textOf(std::string_view name, Presence presence);
    void applyRule(std::string_view name, std::string_view text, const TextRule& rule);
    void fail(std::string_view name, FieldError error);
    void failType(std::string_view name, json::Type expected, std::string_view received);

    json::Value object_;
    FieldPath path_;
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
