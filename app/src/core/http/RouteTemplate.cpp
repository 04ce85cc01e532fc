#include "kubecred/http/RouteTemplate.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace kubecred::http {
namespace {

bool isLetter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Takes the first segment off a path that begins with a slash.
std::string_view takeSegment(std::string_view& path) noexcept {
    path.remove_prefix(1);
    const auto segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    return segment;
}

// The name of a parameter as a template has it; empty where this is none.
std::string_view nameIn(std::string_view segment) noexcept {
    if (segment.size() < 3 || !segment.starts_with('{') || !segment.ends_with('}'))
        return {};
    const auto name = segment.substr(1, segment.size() - 2);
    return std::ranges::all_of(name, isLetter) ? name : std::string_view();
}

} // namespace

RouteTemplate::RouteTemplate(std::string text) : text_(std::move(text)) {
    std::string_view rest = text_;
    const auto refuse = [&] { throw std::logic_error("no route template: " + text_); };
    while (rest.starts_with('/')) {
        const auto segment = takeSegment(rest);
        const auto name = nameIn(segment);
        if (segment.empty() || (name.empty() && isTemplate(segment)))
            refuse();
        const bool isRepeated = std::ranges::any_of(segments_, [&](const Segment& other) {
            return other.isParameter && other.text == name;
        });
        if (isRepeated)
            refuse();
        segments_.push_back({std::string(name.empty() ? segment : name), !name.empty()});
    }
    if (segments_.empty() || !rest.empty())
        refuse();
}

bool RouteTemplate::isTemplate(std::string_view path) noexcept {
    return path.find_first_of("{}") != std::string_view::npos;
}

std::optional<std::vector<Parameter>> RouteTemplate::match(std::string_view path) const {
    if (!fits(path))
        return std::nullopt;
    std::vector<Parameter> parameters;
    for (const Segment& segment : segments_) {
        const auto given = takeSegment(path);
        if (!segment.isParameter)
            continue;
        auto value = percentDecoded(given);
        if (!value || value->size() > mostBytes)
            return std::nullopt;
        parameters.push_back({segment.text, *std::move(value)});
    }
    return parameters;
}

bool RouteTemplate::fits(std::string_view path) const noexcept {
    for (const Segment& segment : segments_) {
        if (!path.starts_with('/'))
            return false;
        const auto given = takeSegment(path);
        if (segment.isParameter ? given.empty() : given != segment.text)
            return false;
    }
    return path.empty();
}

bool RouteTemplate::overlaps(const RouteTemplate& other) const noexcept {
    return std::ranges::equal(
        segments_, other.segments_, [](const Segment& left, const Segment& right) {
            return left.isParameter || right.isParameter || left.text == right.text;
        });
}

std::size_t RouteTemplate::literals() const noexcept {
    return static_cast<std::size_t>(std::ranges::count(segments_, false, &Segment::isParameter));
}

} // namespace kubecred::http
