#include "kubecred/json/Value.h"

#include "Tree.h"
#include "kubecred/json/Writer.h"

#include <utility>

namespace kubecred::json {
namespace {

// Writes the nodes of a tree in order, closing each array and object behind its last node.
class CompactWriter {
public:
    explicit CompactWriter(const Tree& tree) noexcept : tree_(tree) {}

    void write(std::uint32_t index) {
        closeBefore(index);
        const Node& node = tree_.nodes[index];
        if (isNameNext()) {
            writer_.key(tree_.textOf(node));
            open_.back().isNameNext = false;
            return;
        }
        if (!open_.empty())
            open_.back().isNameNext = open_.back().type == Type::object;
        writeValue(node);
    }

    std::string textUpTo(std::uint32_t end) && {
        closeBefore(end);
        return std::move(writer_).text();
    }

private:
    struct Container {
        Type type;
        std::uint32_t end;
        bool isNameNext;
    };

    bool isNameNext() const noexcept { return !open_.empty() && open_.back().isNameNext; }

    void closeBefore(std::uint32_t index) {
        for (; !open_.empty() && open_.back().end == index; open_.pop_back())
            open_.back().type == Type::object ? writer_.endObject() : writer_.endArray();
    }

    void writeValue(const Node& node) {
        switch (node.type) {
        case Type::null:
            writer_.null();
            break;
        case Type::number:
            writer_.raw(tree_.textOf(node));
            break;
        case Type::boolean:
            writer_.boolean(node.size != 0);
            break;
        case Type::string:
            writer_.string(tree_.textOf(node));
            break;
        case Type::array:
            writer_.beginArray();
            open_.push_back({node.type, node.place, false});
            break;
        case Type::object:
            writer_.beginObject();
            open_.push_back({node.type, node.place, true});
            break;
        }
    }

    const Tree& tree_;
    Writer writer_;
    std::vector<Container> open_;
};

} // namespace

std::string_view nameOf(Type type) noexcept {
    switch (type) {
    case Type::null:
        return "null";
    case Type::number:
        return "number";
    case Type::boolean:
        return "boolean";
    case Type::array:
        return "array";
    case Type::object:
        return "object";
    case Type::string:
        return "string";
    }
    return "unknown";
}

Type Value::type() const noexcept { return tree_->nodes[index_].type; }

std::optional<bool> Value::asBoolean() const noexcept {
    if (type() != Type::boolean)
        return std::nullopt;
    return tree_->nodes[index_].size != 0;
}

std::optional<std::string_view> Value::asString() const noexcept {
    if (type() != Type::string)
        return std::nullopt;
    return tree_->textOf(tree_->nodes[index_]);
}

std::optional<std::string_view> Value::asNumber() const noexcept {
    if (type() != Type::number)
        return std::nullopt;
    return tree_->textOf(tree_->nodes[index_]);
}

std::optional<Value> Value::find(std::string_view name) const noexcept {
    for (const Member member : members())
        if (member.name == name)
            return member.value;
    return std::nullopt;
}

std::size_t Value::size() const noexcept {
    const Node& node = tree_->nodes[index_];
    return node.isContainer() ? node.size : 0;
}

Children<Value> Value::elements() const noexcept {
    const auto end = tree_->behind(index_);
    return {{*tree_, type() == Type::array ? index_ + 1 : end}, {*tree_, end}};
}

Children<Member> Value::members() const noexcept {
    const auto end = tree_->behind(index_);
    return {{*tree_, type() == Type::object ? index_ + 1 : end}, {*tree_, end}};
}

bool Value::hasNul() const noexcept { return (tree_->nodes[index_].traits & holdsNul) != 0; }

bool Value::hasUnholdableNumber() const noexcept {
    return (tree_->nodes[index_].traits & holdsUnholdableNumber) != 0;
}

bool Value::hasNumberBeyondDouble() const noexcept {
    return (tree_->nodes[index_].traits & holdsNumberBeyondDouble) != 0;
}

std::string Value::compact() const {
    CompactWriter writer(*tree_);
    const auto end = tree_->behind(index_);
    for (auto index = index_; index < end; ++index)
        writer.write(index);
    return std::move(writer).textUpTo(end);
}

template <>
Value Children<Value>::Iterator::operator*() const noexcept {
    return {*tree_, index_};
}

template <>
Children<Value>::Iterator& Children<Value>::Iterator::operator++() noexcept {
    index_ = tree_->behind(index_);
    return *this;
}

template <>
Member Children<Member>::Iterator::operator*() const noexcept {
    return {tree_->textOf(tree_->nodes[index_]), {*tree_, index_ + 1}};
}

template <>
Children<Member>::Iterator& Children<Member>::Iterator::operator++() noexcept {
    index_ = tree_->behind(index_ + 1);
    return *this;
}

} // namespace kubecred::json
