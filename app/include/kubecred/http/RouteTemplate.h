#pragma once

#include "kubecred/http/Parameter.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kubecred::http {

/// A path in which some segments are parameters, such as `/issuance/credentials/{id}`. A parameter
/// stands for one whole segment that is not empty. A value; safe to read from several threads.
class RouteTemplate {
public:
    /// The most bytes of a parameter, decoded.
    static constexpr std::size_t mostBytes = 255;

    /// Throws std::logic_error where `text` is no path of literals and parameters that have names
    /// of letters, each of its own.
    explicit RouteTemplate(std::string text);

    /// Whether a path has parameters.
    static bool isTemplate(std::string_view path) noexcept;

    /// The parameters of a path that fits, in order. Nothing where it does not, or where one of
    /// them is too long or cannot be decoded: no such thing is there.
    std::optional<std::vector<Parameter>> match(std::string_view path) const;

    /// Whether there are paths that fit both.
    bool overlaps(const RouteTemplate& other) const noexcept;

    /// How many segments are no parameters.
    std::size_t literals() const noexcept;

    const std::string& text() const noexcept { return text_; }

private:
    struct Segment {
        std::string text; // of a parameter, its name
        bool isParameter;
    };

    bool fits(std::string_view path) const noexcept;

    std::string text_;
    std::vector<Segment> segments_;
};

} // namespace kubecred::http
