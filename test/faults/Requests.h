#pragma once

#include "support/HttpAnswer.h"

#include <string>

namespace kubecred::test {

/// One request for a credential, outside of any load and ledger; `name` makes it unique.
HttpAnswer issueOne(int port, const std::string& name);

/// Issues a credential that must be issued, and returns its id.
std::string issuedId(int port, const std::string& name);

HttpAnswer verifyOne(int port, const std::string& id);

} // namespace kubecred::test
