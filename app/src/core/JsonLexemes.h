#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kubecred::json {

/// A number as it stands in the text.
struct NumberLexeme {
    std::string_view spelling; ///< points into the text that was read
    bool holdable = true;      ///< see Value::hasUnholdableNumber
};

/// What Poco's parser does not tell: the spelling of each number, in order, and whether a key
/// holds U+0000 (it would be cut there). Meaningful only for text that Poco's parser accepts.
struct Lexemes {
    std::vector<NumberLexeme> numbers;
    bool nulInKey = false;

    /// A copy of the text that Poco's parser can read: each number that it would refuse or alter
    /// (1e400, -9223372036854775809) is replaced by a 0 and spaces.
    std::string readable;
};

/// Walks over `text` once. Accepts anything: whether it is JSON is for the parser to say.
Lexemes readLexemes(std::string_view text);

} // namespace kubecred::json
