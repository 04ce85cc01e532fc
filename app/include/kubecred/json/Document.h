#pragma once

#include "kubecred/json/Value.h"

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

namespace kubecred::json {

/// One JSON text, read into a tree that never changes. It owns all that its values show, and no
/// part of the text that it was read from. A copy shares the tree.
class Document {
public:
    explicit Document(std::shared_ptr<const Tree> tree) noexcept : tree_(std::move(tree)) {}

    /// The outermost value. No value outlives its document, so a temporary one gives none.
    Value root() const& noexcept { return {*tree_, 0}; }
    Value root() const&& = delete;

private:
    std::shared_ptr<const Tree> tree_;
};

/// What a text may ask of its reader. The size of the text is the caller's to bound; a tree takes
/// at most about 20 times as much memory while it is read.
struct Limits {
    /// How deep arrays and objects may stand inside each other, the outermost included. Neither
    /// reading nor any use of the tree recurses: 100,000 is as safe as 32.
    std::size_t depth = 32;
    /// How many values and names there may be altogether: as many as 2 MiB can hold.
    std::size_t nodes = std::size_t{1} << 20;
};

/// Reads one JSON text strictly. Beyond the grammar these are refused, since none of them means
/// the same to every reader: a key twice in one object, U+0000 in a key, bad UTF-8, a lone
/// surrogate. One byte-order mark is skipped. An empty `text` counts as `{}`.
/// Throws Error (malformedRequest) with the message "Malformed JSON".
Document parse(std::string_view text, const Limits& limits = {});

} // namespace kubecred::json
