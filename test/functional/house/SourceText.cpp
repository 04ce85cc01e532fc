#include "SourceText.h"

#include <algorithm>
#include <cctype>
#include <regex>
#include <sstream>
#include <utility>

namespace kubecred::test {
namespace {

std::string withoutSplices(const std::string& text) {
    return std::regex_replace(text, std::regex(R"(\\\r?\n)"), "");
}

/// Walks over a source and tells code and strings apart.
class Scanner {
public:
    explicit Scanner(std::string text) : text_(std::move(text)) {}

    void run() {
        while (at_ < text_.size())
            step();
        endStatement();
    }

    std::string code;                 ///< without comments, each string as it stands
    std::vector<std::string> strings; ///< of each statement

private:
    void step() {
        if (begins("//"))
            at_ = std::min(text_.find('\n', at_), text_.size());
        else if (begins("/*"))
            skipPast("*/");
        else if (begins("R\"") && !follows(isWord))
            rawString();
        else if (text_[at_] == '"')
            string();
        else if (text_[at_] == '\'' && !follows(isWord)) // else it groups digits
            character();
        else
            plain();
    }

    void plain() {
        const char c = text_[at_++];
        code += c;
        if (c == ';' || c == '{' || c == '}')
            endStatement();
        else if (std::isspace(static_cast<unsigned char>(c)) == 0)
            isAdjacent_ = false;
    }

    void string() {
        std::string found;
        const std::size_t begin = at_++;
        for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
            if (text_[at_] == '\\' && ++at_ < text_.size())
                found +=
                    std::string("ntrvf").find(text_[at_]) == std::string::npos ? text_[at_] : ' ';
            else
                found += text_[at_];
        }
        ++at_;
        take(found, begin);
    }

    void rawString() {
        const std::size_t begin = at_;
        const auto open = text_.find('(', at_);
        const std::string close = ")" + text_.substr(at_ + 2, open - at_ - 2) + "\"";
        const auto end = text_.find(close, open);
        at_ = end + close.size();
        take(text_.substr(open + 1, end - open - 1), begin);
    }

    void character() {
        const std::size_t begin = at_++;
        for (; at_ < text_.size() && text_[at_] != '\''; ++at_)
            at_ += text_[at_] == '\\' ? 1 : 0;
        ++at_;
        code += text_.substr(begin, at_ - begin);
        isAdjacent_ = false;
    }

    void take(const std::string& found, std::size_t begin) {
        std::string spelling = text_.substr(begin, at_ - begin);
        std::ranges::replace(spelling, '\n', ' '); // what a raw string holds is no line of code
        code += spelling;
        joined_ += found;
        spaced_ += (isAdjacent_ ? "" : " x ") + found;
        isAdjacent_ = true;
    }

    void endStatement() {
        if (!joined_.empty())
            strings.insert(strings.end(), {joined_, spaced_});
        joined_.clear();
        spaced_.clear();
        isAdjacent_ = false;
    }

    void skipPast(const char* end) {
        const auto found = text_.find(end, at_ + 2);
        at_ = found == std::string::npos ? text_.size() : found + 2;
        code += ' ';
    }

    bool begins(const char* token) const { return text_.compare(at_, 2, token) == 0; }

    static bool isWord(unsigned char c) { return std::isalnum(c) != 0 || c == '_'; }

    bool follows(bool (*kind)(unsigned char)) const {
        return at_ > 0 && kind(static_cast<unsigned char>(text_[at_ - 1]));
    }

    const std::string text_;
    std::size_t at_ = 0;
    bool isAdjacent_ = false; // nothing but white space stands behind the last string
    std::string joined_;
    std::string spaced_;
};

} // namespace

SourceText::SourceText(const std::string& text) {
    Scanner scanner(withoutSplices(text));
    scanner.run();
    strings_ = std::move(scanner.strings);
    const std::regex include(R"(^\s*(?:#|%:)\s*(?:include|include_next|import)\b\s*(.*)$)");
    const std::regex named(R"(^(["<])([^">]*)[">]\s*$)");
    std::istringstream lines(scanner.code);
    for (std::string line; std::getline(lines, line);) {
        std::smatch match;
        if (!std::regex_search(line, match, include))
            continue;
        const std::string what = match[1];
        std::smatch parts;
        if (std::regex_match(what, parts, named))
            includes_.push_back({parts[1] == "\"", parts[2]});
        else
            includes_.push_back({false, ""});
    }
}

} // namespace kubecred::test
