#include "Commands.h"

#include "auth/ApiKey.h"
#include "host/process/ExitStatus.h"
#include "kubecred/Text.h"
#include "storage/Database.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>

#include <unistd.h>

#include <csignal>
#include <functional>
#include <iostream>

namespace kubecred::host {
namespace {

constexpr unsigned healthcheckSeconds = 2;

bool isConnectionFault(storage::Fault fault) {
    using storage::Fault;
    return fault == Fault::unreachable || fault == Fault::timedOut ||
           fault == Fault::loginRefused || fault == Fault::tlsFailed ||
           fault == Fault::tooManyConnections;
}

int withDatabase(const HostSettings& settings, const std::function<int()>& action) {
    storage::prepareEnvironment(settings.database);
    try {
        return action();
    } catch (const storage::StorageError& error) {
        std::cerr << "kube-credential: the database said no: " << error.what();
        if (!error.databaseMessage().empty())
            std::cerr << ": " << error.databaseMessage();
        std::cerr << "\n";
        return isConnectionFault(error.fault()) ? ExitStatus::unavailable : ExitStatus::failed;
    } catch (const storage::MigrationChanged& error) {
        std::cerr << "kube-credential: " << error.what() << "\n";
        return ExitStatus::failed;
    }
}

// The daemon's own address, or loopback where it listens on all of them.
std::string localAddress(const std::string& address) {
    if (address == "0.0.0.0")
        return "127.0.0.1";
    return address == "::" ? "::1" : address;
}

} // namespace

int runMigrate(const HostSettings& settings) {
    return withDatabase(settings, [&] {
        int count = 0;
        storage::makeMigrator(settings.database)->migrate([&](std::string_view name) {
            std::cout << "applied " << name << std::endl;
            ++count;
        });
        if (count == 0)
            std::cout << "nothing to apply: the schema is up to date\n";
        storage::ensureLogins(settings.database);
        for (const auto& login : settings.database.logins)
            std::cout << "login user " << login.user << " is in " << login.group << "\n";
        return ExitStatus::ok;
    });
}

int runMigrateStatus(const HostSettings& settings) {
    return withDatabase(settings, [&] {
        bool pending = false;
        for (const auto& [name, applied] : storage::makeMigrator(settings.database)->status()) {
            std::cout << (applied ? "applied " : "pending ") << name << "\n";
            pending = pending || !applied;
        }
        return pending ? ExitStatus::migrationsPending : ExitStatus::ok;
    });
}

int runHealthcheck(const Endpoint& endpoint) {
    // Poco's time-outs are per read; this one is for the whole.
    struct sigaction action {};
    action.sa_handler = [](int) { _exit(ExitStatus::failed); };
    sigaction(SIGALRM, &action, nullptr);
    alarm(healthcheckSeconds);
    try {
        Poco::Net::HTTPClientSession session(localAddress(endpoint.address), endpoint.port);
        Poco::Net::HTTPRequest request("GET", "/health", "HTTP/1.1");
        session.sendRequest(request);
        Poco::Net::HTTPResponse response;
        std::string body;
        std::getline(session.receiveResponse(response), body);
        std::cout << body.substr(0, 200) << "\n";
        return response.getStatus() == 200 ? ExitStatus::ok : ExitStatus::failed;
    } catch (const Poco::Exception& exception) {
        std::cerr << "kube-credential: no answer on port " << endpoint.port << ": "
                  << exception.displayText() << "\n";
        return ExitStatus::failed;
    }
}

int runCreateKey(const CommandLine& commandLine) {
    const auto created = auth::createApiKey(commandLine.keyName, commandLine.keyScopes);
    if (!created) {
        std::cerr << "kube-credential: --create-key takes a name of up to 64 letters, digits, "
                     "'.', '_' and '-', and --scopes a comma-separated list of "
                  << join(auth::grantedScopes(), ", ", " and ") << "\n";
        return ExitStatus::usage;
    }
    std::cout << "key (shown only now, for the caller): " << created->key << "\n"
              << "entry (for the service to keep):      " << created->entry << "\n";
    return ExitStatus::ok;
}

} // namespace kubecred::host
