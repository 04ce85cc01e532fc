#include "Tree.h"
#include "kubecred/json/Value.h"
#include "kubecred/json/Writer.h"

#include <utility>
#include <vector>

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

std::string Value::compact() const {
    CompactWriter writer(*tree_);
    const auto end = tree_->behind(index_);
    for (auto index = index_; index < end; ++index)
        writer.write(index);
    return std::move(writer).textUpTo(end);
}

} // namespace kubecred::json
