#pragma once

#include <string>
#include <vector>

namespace kubecred::test {

/// One `#include` of a C++ source.
struct Include {
    bool isQuoted;      ///< whether it stands in quotes, not in angle brackets
    std::string header; ///< empty where a macro makes it
};

/// A C++ source, read as a compiler would: comments count for nothing, lines that end in a
/// backslash go on, and pieces of a string that stand behind each other are one.
class SourceText {
public:
    explicit SourceText(const std::string& text);

    const std::vector<Include>& includes() const noexcept { return includes_; }

    /// The strings of each statement as one text, twice: with nothing and with the word x for what
    /// stands between them.
    const std::vector<std::string>& strings() const noexcept { return strings_; }

private:
    std::vector<Include> includes_;
    std::vector<std::string> strings_;
};

} // namespace kubecred::test
