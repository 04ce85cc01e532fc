#pragma once

#include "OpenApiDocument.h"
#include "support/Daemon.h"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace kubecred::test {

/// Daemons in every state that a documented answer needs.
class Daemons {
public:
    Daemons();

    std::unique_ptr<Daemon> healthy;
    std::unique_ptr<Daemon> tokenless;
    std::unique_ptr<Daemon> databaseless;
    std::unique_ptr<Daemon> locked;          ///< asks for keys
    std::map<std::string, std::string> keys; ///< of the locked one, which do not open this path
    std::unique_ptr<Daemon> hasty;           ///< gives a request a second
    std::unique_ptr<Daemon> draining;
};

/// Makes the real program give one answer.
using Scenario = std::function<HttpAnswer(const Daemons&)>;
using Scenarios = std::multimap<Operation, Scenario>;

/// Every answer of each module's operations, by what makes the program give it.
Scenarios issuanceScenarios();
Scenarios verificationScenarios();

} // namespace kubecred::test
