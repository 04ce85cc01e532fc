#include "kubecred/Ascii.h"
#include "kubecred/validation/Fields.h"

namespace kubecred::validation {
namespace {

bool isLocalPart(std::string_view local) noexcept {
    constexpr std::string_view punctuation = "_'+-.";
    if (local.empty() || local.front() == '.' || local.find("..") != std::string_view::npos)
        return false;
    for (const char c : local)
        if (!isLetterOrDigit(c) && punctuation.find(c) == std::string_view::npos)
            return false;
    return isLetterOrDigit(local.back()) || local.back() == '_' || local.back() == '+' ||
           local.back() == '-';
}

bool isLabel(std::string_view label) noexcept {
    if (label.empty() || !isLetterOrDigit(label.front()))
        return false;
    for (const char c : label)
        if (!isLetterOrDigit(c) && c != '-')
            return false;
    return true;
}

bool isTopLevelDomain(std::string_view domain) noexcept {
    if (domain.size() < 2)
        return false;
    for (const char c : domain)
        if (!isLetter(c))
            return false;
    return true;
}

bool isDomain(std::string_view domain) noexcept {
    auto dot = domain.find('.');
    if (dot == std::string_view::npos)
        return false;
    for (; dot != std::string_view::npos; dot = domain.find('.')) {
        if (!isLabel(domain.substr(0, dot)))
            return false;
        domain.remove_prefix(dot + 1);
    }
    return isTopLevelDomain(domain);
}

} // namespace

bool isEmail(std::string_view text) noexcept {
    const auto at = text.find('@');
    return at != std::string_view::npos && isLocalPart(text.substr(0, at)) &&
           isDomain(text.substr(at + 1));
}

} // namespace kubecred::validation
