#pragma once

#include "kubecred/json/Value.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kubecred::json {

/// What is true of a node or, where it is an array or object, of any node in it.
enum Trait : std::uint8_t {
    holdsNul = 1,
    holdsUnholdableNumber = 2,
    holdsNumberBeyondDouble = 4,
};

/// A value, or the name of a member. Twelve bytes, since a hostile text has one for each two bytes.
struct Node {
    Type type = Type::null;
    std::uint8_t traits = 0;
    /// Of a string or number: where its text begins. Of an array or object: the node behind its
    /// last.
    std::uint32_t place = 0;
    /// Of a string or number: the bytes of its text. Of an array or object: how many elements or
    /// members it has. Of a boolean: whether it is true.
    std::uint32_t size = 0;

    bool isContainer() const noexcept { return type == Type::array || type == Type::object; }
};

/// The nodes of a document in the order of its text: behind an array stand its elements, behind an
/// object each member's name and then its value. So what is in a node follows it without a gap, and
/// nothing that is done with a tree needs to recurse.
struct Tree {
    std::vector<Node> nodes;
    std::string texts; ///< of all strings and numbers

    std::string_view textOf(const Node& node) const noexcept {
        return std::string_view(texts).substr(node.place, node.size);
    }

    /// The node behind this one and all that is in it.
    std::uint32_t behind(std::uint32_t index) const noexcept {
        return nodes[index].isContainer() ? nodes[index].place : index + 1;
    }
};

} // namespace kubecred::json
