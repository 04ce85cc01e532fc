#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace kubecred::host {

/// One line of a .properties file.
struct Property {
    std::string key;
    std::string value;
    int line = 0; ///< where it begins, from 1
};

/// The text is none of a .properties file; what() names the line and shows nothing of it, since
/// what stands there by mistake may be a secret.
class PropertiesFault : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Reads lines KEY=VALUE or KEY:VALUE, in order, each trimmed on both sides. Empty lines and those
/// that begin with # or ! count for nothing. In a value, \t \r \n \f are what they are in C, a
/// backslash at the end of a line joins the next to it, and before any other character it is left
/// out. Lines end as on any system. Throws PropertiesFault.
std::vector<Property> parseProperties(std::string_view text);

} // namespace kubecred::host
