#pragma once

#include <exception>
#include <string>

namespace kubecred {

/// The class of an exception as C++ spells it, such as `Poco::Net::NetException`: for the log,
/// where the text of an exception, which may quote data, must not stand.
std::string classNameOf(const std::exception& exception);

} // namespace kubecred
