#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace kubecred::json {

/// The six types of JSON (RFC 8259).
enum class Type : std::uint8_t { null, number, boolean, array, object, string };

/// The name of the type as Zod spells it, such as "boolean".
std::string_view nameOf(Type type) noexcept;

struct Member;
struct Tree;
template <typename Item>
class Children;

/// One value of a document: a view, as cheap to copy as a pointer. It and every view that it gives
/// are valid as long as the document (json/Document.h). Safe to use from several threads.
class Value {
public:
    Value(const Tree& tree, std::uint32_t index) noexcept : tree_(&tree), index_(index) {}

    Type type() const noexcept;

    // Each is nothing where the value is of another type.
    std::optional<bool> asBoolean() const noexcept;
    std::optional<std::string_view> asString() const noexcept; ///< decoded; may hold U+0000
    std::optional<std::string_view> asNumber() const noexcept; ///< spelled as it came

    /// The member of this name; nothing where there is none, or where this is no object.
    std::optional<Value> find(std::string_view name) const noexcept;

    /// How many elements an array or members an object has; 0 for every other type.
    std::size_t size() const noexcept;

    Children<Value> elements() const noexcept; ///< of an array, in order; none for another type
    Children<Member> members() const noexcept; ///< of an object, in order; none for another type

    // Each of them is asked of the value itself and of all that is in it, and costs nothing.

    /// A string holds U+0000, which no database text can.
    bool hasNul() const noexcept;
    /// A number is beyond what an IEEE double holds without loss of magnitude, an integer beyond
    /// ±2^63, or spelled with more than 1,100 characters or an exponent beyond ±1,100.
    bool hasUnholdableNumber() const noexcept;
    /// A number is beyond what an IEEE double holds without loss of magnitude, however it is
    /// spelled.
    bool hasNumberBeyondDouble() const noexcept;

    /// The value as JSON without white space, its members in order, its numbers spelled as they
    /// came.
    std::string compact() const;

private:
    const Tree* tree_;
    std::uint32_t index_;
};

struct Member {
    std::string_view name;
    Value value;
};

/// A range over what stands in an array (of Value) or an object (of Member).
template <typename Item>
class Children {
public:
    class Iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = Item;
        using difference_type = std::ptrdiff_t;

        Iterator() = default;
        Iterator(const Tree& tree, std::uint32_t index) noexcept : tree_(&tree), index_(index) {}

        Item operator*() const noexcept;
        Iterator& operator++() noexcept;
        Iterator operator++(int) noexcept {
            const Iterator before = *this;
            ++*this;
            return before;
        }
        bool operator==(const Iterator&) const noexcept = default;

    private:
        const Tree* tree_ = nullptr;
        std::uint32_t index_ = 0;
    };

    Children(Iterator begin, Iterator end) noexcept : begin_(begin), end_(end) {}

    Iterator begin() const noexcept { return begin_; }
    Iterator end() const noexcept { return end_; }

private:
    Iterator begin_;
    Iterator end_;
};

template <>
Value Children<Value>::Iterator::operator*() const noexcept;
template <>
Children<Value>::Iterator& Children<Value>::Iterator::operator++() noexcept;
template <>
Member Children<Member>::Iterator::operator*() const noexcept;
template <>
Children<Member>::Iterator& Children<Member>::Iterator::operator++() noexcept;

} // namespace kubecred::json
