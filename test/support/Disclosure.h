#pragma once

#include "HttpAnswer.h"

#include <string>
#include <string_view>

namespace kubecred::test {

/// What this answer tells that none may: SQL, a path or a host name of the machine, a stack trace,
/// a secret, or data of a person outside of a credential. Empty where there is nothing of that.
std::string disclosureIn(const HttpAnswer& answer);

/// The same of log lines.
std::string disclosureIn(std::string_view log);

} // namespace kubecred::test
