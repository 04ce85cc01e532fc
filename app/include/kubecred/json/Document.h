#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kubecred::json {

/// The six types of JSON (RFC 8259).
enum class Type { null, number, boolean, array, object, string };

/// The name of the type as Zod spells it, such as "boolean".
std::string_view nameOf(Type type) noexcept;

/// A value of a document. `text` is the decoded text of a string, and compact JSON for everything
/// else, each number spelled as it came, so that nothing is lost on the way through.
struct Value {
    Type type = Type::null;
    std::string text;
    bool hasNul = false; ///< a string of it holds U+0000, which no database text can
    /// A number of it is beyond what an IEEE double holds without loss of magnitude, an integer
    /// beyond ±2^63, or spelled with more than 1,100 characters or an exponent beyond ±1,100.
    bool hasUnholdableNumber = false;
};

struct Member {
    std::string name;
    Value value;
};

/// One JSON text: an object with its members in order, or a value that is no object.
class Document {
public:
    Document(Value root, std::vector<Member> members);

    const Value& root() const noexcept { return root_; } ///< `text` is empty for an object
    const std::vector<Member>& members() const noexcept { return members_; }

    /// The member of this name, or nullptr. The pointer lives as long as the document.
    const Value* find(std::string_view name) const noexcept;

private:
    Value root_;
    std::vector<Member> members_;
};

/// How deep arrays and objects of a request may stand inside each other, the outermost included.
inline constexpr int maxDepth = 32;

/// Reads one JSON text strictly. Beyond the grammar these are refused, since none of them means
/// the same to every reader: nesting deeper than `depth`, a key twice in one object, U+0000 in
/// a key, bad UTF-8, a lone surrogate. An empty `text` counts as `{}`.
/// Throws Error (malformedRequest) with the message "Malformed JSON". The size of `text` is the
/// caller's to bound.
Document parse(std::string_view text, int depth = maxDepth);

} // namespace kubecred::json
