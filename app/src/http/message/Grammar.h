#pragma once

#include <optional>
#include <string_view>

namespace kubecred::http {

/// A control byte: below the space, or DEL.
bool isControl(char byte) noexcept;

/// A token (RFC 9110, section 5.6.2), such as a field's name.
bool isToken(std::string_view text) noexcept;

/// What may follow a chunk's size (RFC 9112, section 7.1.1): `;name`, `;name=token` or
/// `;name="text"`, any number of them; or nothing.
bool isChunkExtension(std::string_view text) noexcept;

/// A host with an optional port, as a Host field or a URL has them: a name of letters, digits and
/// `-._~`, an IPv4 address, or an IPv6 address in brackets. Stricter than RFC 3986, section 3.2.2:
/// what percent signs, commas and the like in a host mean differs from reader to reader.
bool isAuthority(std::string_view text) noexcept;

/// A target of a request (RFC 9112, section 3.2) that everybody reads alike: it holds no `#`, no
/// blank, no control byte and none beyond ASCII, two hexadecimal digits after each percent sign,
/// and, where it is a URL of http or https, an authority as above.
bool isTarget(std::string_view text) noexcept;

/// The part of a URL of http or https that names host and port; nothing for any other target.
std::optional<std::string_view> authorityOf(std::string_view target) noexcept;

/// A target's query, without its question mark; empty where it has none.
std::string_view queryOf(std::string_view target) noexcept;

/// A target's path, without query. That of a URL without one is `/`.
std::string_view pathOf(std::string_view target) noexcept;

} // namespace kubecred::http
