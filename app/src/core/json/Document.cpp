#include "kubecred/json/Document.h"

#include "Reader.h"

#include <limits>

namespace kubecred::json {
namespace {

constexpr std::string_view byteOrderMark = "\xef\xbb\xbf";

// A byte that no UTF-8 text holds.
constexpr char notUtf8 = '\xff';

} // namespace

Document parse(std::string_view text, const Limits& limits) {
    if (text.starts_with(byteOrderMark))
        text.remove_prefix(byteOrderMark.size());
    if (text.find(notUtf8) != std::string_view::npos)
        refuse("not UTF-8");
    if (text.empty())
        text = "{}";
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
        refuse("white space only");
    if (text.size() > std::numeric_limits<std::uint32_t>::max())
        refuse("too long");
    return Document(std::make_shared<const Tree>(Reader(text, limits).read()));
}

} // namespace kubecred::json
