#include "Reader.h"

#include "Number.h"
#include "StringDecoder.h"
#include "kubecred/Ascii.h"
#include "kubecred/Error.h"

#include <algorithm>
#include <utility>

namespace kubecred::json {
namespace {

constexpr const char* notJson = "not a JSON text";

} // namespace

void refuse(const char* detail) {
    throw Error(ErrorKind::malformedRequest, "Malformed JSON", detail);
}

Reader::Reader(std::string_view text, const Limits& limits) : text_(text), limits_(limits) {
    constexpr std::size_t usualNodes = 16;
    tree_.nodes.reserve(usualNodes);
    tree_.texts.reserve(text.size()); // nothing is longer decoded than it was
}

Tree Reader::read() {
    do
        takeValue();
    while (isAnotherValueNext());
    next();
    if (!text_.empty())
        refuse(notJson);
    return std::move(tree_);
}

void Reader::takeValue() {
    const char first = next();
    if (first == '{')
        open(Type::object);
    else if (first == '[')
        open(Type::array);
    else if (first == '"')
        takeString();
    else if (first == '-' || isDigit(first))
        takeNumber();
    else if (first == 't')
        takeLiteral("true", {.type = Type::boolean, .size = 1});
    else if (first == 'f')
        takeLiteral("false", {.type = Type::boolean});
    else
        takeLiteral("null", {.type = Type::null});
}

// Closes what ends here, and takes what stands before the next value.
bool Reader::isAnotherValueNext() {
    while (!open_.empty()) {
        const Node& container = tree_.nodes[open_.back()];
        const bool isObject = container.type == Type::object;
        if (take(isObject ? '}' : ']')) {
            close();
            continue;
        }
        if (container.size > 0 && !take(','))
            refuse(notJson);
        ++tree_.nodes[open_.back()].size;
        if (isObject)
            takeName();
        return true;
    }
    return false;
}

void Reader::takeName() {
    if (next() != '"')
        refuse(notJson);
    takeString();
    const bool hasNul = tree_.nodes.back().traits != 0;
    if (!take(':'))
        refuse(notJson);
    if (hasNul)
        refuse("NUL in a key");
}

void Reader::takeString() {
    const auto begin = tree_.texts.size();
    const auto length = decodeString(text_.substr(1), tree_.texts);
    if (length == 0)
        refuse(notJson);
    text_.remove_prefix(1 + length);
    const bool hasNul = tree_.texts.find('\0', begin) != std::string::npos;
    add({.type = Type::string,
         .traits = static_cast<std::uint8_t>(hasNul ? holdsNul : 0),
         .place = static_cast<std::uint32_t>(begin),
         .size = static_cast<std::uint32_t>(tree_.texts.size() - begin)});
}

void Reader::takeNumber() {
    const auto number = text_.substr(0, numberLength(text_));
    if (number.empty())
        refuse(notJson);
    Node node{.type = Type::number,
              .place = static_cast<std::uint32_t>(tree_.texts.size()),
              .size = static_cast<std::uint32_t>(number.size())};
    if (!isHoldable(number))
        node.traits = static_cast<std::uint8_t>(holdsUnholdableNumber |
                                                (fitsDouble(number) ? 0 : holdsNumberBeyondDouble));
    tree_.texts += number;
    text_.remove_prefix(number.size());
    add(node);
}

void Reader::takeLiteral(std::string_view literal, Node node) {
    if (!text_.starts_with(literal))
        refuse(notJson);
    text_.remove_prefix(literal.size());
    add(node);
}

void Reader::open(Type type) {
    if (open_.size() == limits_.depth)
        refuse(notJson);
    text_.remove_prefix(1);
    add({.type = type});
    open_.push_back(static_cast<std::uint32_t>(tree_.nodes.size() - 1));
}

void Reader::close() {
    Node& node = tree_.nodes[open_.back()];
    node.place = static_cast<std::uint32_t>(tree_.nodes.size());
    if (node.type == Type::object)
        refuseSameNames();
    open_.pop_back();
    if (!open_.empty())
        tree_.nodes[open_.back()].traits |= node.traits;
}

// By sorting: whoever chooses the names can make them collide in a hash table.
void Reader::refuseSameNames() {
    names_.clear();
    const auto end = static_cast<std::uint32_t>(tree_.nodes.size());
    for (auto name = open_.back() + 1; name < end; name = tree_.behind(name + 1))
        names_.push_back(tree_.textOf(tree_.nodes[name]));
    std::ranges::sort(names_);
    if (std::ranges::adjacent_find(names_) != names_.end())
        refuse("duplicate key");
}

void Reader::add(Node node) {
    if (tree_.nodes.size() == limits_.nodes)
        refuse("too many values");
    if (!open_.empty())
        tree_.nodes[open_.back()].traits |= node.traits;
    tree_.nodes.push_back(node);
}

// The next character that is no white space, or NUL, which is nothing's beginning, at the end.
char Reader::next() {
    const auto isBlank = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
    while (!text_.empty() && isBlank(text_.front()))
        text_.remove_prefix(1);
    return text_.empty() ? '\0' : text_.front();
}

bool Reader::take(char c) {
    if (next() != c)
        return false;
    text_.remove_prefix(1);
    return true;
}

} // namespace kubecred::json
