#include "kubecred/json/Value.h"

#include "Tree.h"

namespace kubecred::json {

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
