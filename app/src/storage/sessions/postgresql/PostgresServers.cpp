#include "PostgresServers.h"

#include "Libpq.h"
#include "PostgresFaults.h"
#include "kubecred/Text.h"
#include "storage/Fault.h"
#include "storage/sessions/Waiting.h"

#include <Poco/Environment.h>

#include <libpq-fe.h>

#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace kubecred::storage {
namespace {

using Option = std::pair<std::string, std::string>;
using Options = std::vector<Option>;
using ProbeHandle = std::unique_ptr<PGconn, decltype(&PQfinish)>;

/// A host of the settings, and what its server has to be like.
struct Candidate {
    std::string host;
    std::string sessionAttributes;
};

// libpq knows the last kind only where it sees every host at once.
std::vector<std::string> sessionAttributes(const PostgresSettings& settings) {
    if (settings.targetSessionAttrs == "prefer-standby")
        return {"standby", "any"};
    return {settings.targetSessionAttrs};
}

std::vector<Candidate> candidatesOf(const PostgresSettings& settings) {
    std::vector<Candidate> candidates;
    for (const auto& attributes : sessionAttributes(settings))
        for (const auto host : split(settings.host, ","))
            candidates.push_back({std::string(host), attributes});
    return candidates;
}

// The host stays, beside its address: certificates and password files name it.
Options connectionOptions(const PostgresSettings& settings, const Candidate& candidate,
                          const std::string& address) {
    Options options{
        {"host", candidate.host},
        {"port", std::to_string(settings.port)},
        {"dbname", settings.name},
        {"user", settings.user},
        {"sslmode", settings.sslMode},
        {"gssencmode", "disable"}, // asks for a ticket first, which may take any time
        {"target_session_attrs", candidate.sessionAttributes},
        {"application_name", "kube-credential"},
        {"client_encoding", "UTF8"},
        {"connect_timeout", "2"},
        {"tcp_user_timeout", "5000"},
        {"keepalives_idle", "10"},
        {"keepalives_interval", "5"},
        {"keepalives_count", "3"},
    };
    if (!address.empty())
        options.emplace_back("hostaddr", address);
    if (!settings.sslRootCert.empty())
        options.emplace_back("sslrootcert", settings.sslRootCert);
    return options;
}

ProbeHandle startProbe(const Options& options) {
    std::vector<const char*> names;
    std::vector<const char*> values;
    for (const auto& [name, value] : options) {
        names.push_back(name.c_str());
        values.push_back(value.c_str());
    }
    names.push_back(nullptr);
    values.push_back(nullptr);
    ProbeHandle probe(PQconnectStartParams(names.data(), values.data(), 0), &PQfinish);
    if (!probe)
        return probe;
    silenceNotices(probe.get());
    PQsetErrorVerbosity(probe.get(), PQERRORS_SQLSTATE); // as faultOfConnectMessage wants it
    return probe;
}

void probeConnection(const Options& options, Deadline deadline) {
    const ProbeHandle probe = startProbe(options);
    auto step = probe && PQstatus(probe.get()) != CONNECTION_BAD ? PGRES_POLLING_WRITING
                                                                 : PGRES_POLLING_FAILED;
    while (step == PGRES_POLLING_READING || step == PGRES_POLLING_WRITING) {
        const short events = step == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        if (!awaitDescriptor(PQsocket(probe.get()), events, deadline))
            throw StorageError(Fault::timedOut);
        step = PQconnectPoll(probe.get());
    }
    if (step != PGRES_POLLING_OK)
        throw StorageError(probe ? faultOfConnectMessage(PQerrorMessage(probe.get()))
                                 : Fault::unreachable);
}

std::string textOf(const Options& options) {
    std::string text;
    for (const auto& [name, value] : options)
        text.append(text.empty() ? "" : " ").append(name).append("=").append(value);
    return text;
}

// Of a folder of sockets, or an abstract socket, there is nothing to look up.
Resolver::Addresses addressesOf(const std::string& host, const Resolver& resolver,
                                Deadline deadline) {
    if (host.empty() || host.starts_with('/') || host.starts_with('@'))
        return {std::string()};
    auto addresses = resolver.resolve(host, deadline);
    if (!addresses)
        throw StorageError(Fault::timedOut);
    return *std::move(addresses);
}

/// Tries one server after the other.
class Search {
public:
    Search(const PostgresSettings& settings, const Resolver& resolver)
        : settings_(settings), resolver_(resolver) {}

    std::optional<std::string> among(const Candidate& candidate, Deadline deadline) {
        try {
            const auto addresses = addressesOf(candidate.host, resolver_, deadline);
            for (std::size_t i = 0; i < addresses.size(); ++i)
                if (auto found = at(connectionOptions(settings_, candidate, addresses[i]),
                                    shareOf(deadline, addresses.size() - i)))
                    return found;
        } catch (const StorageError& error) {
            note(error.fault());
        }
        return std::nullopt;
    }

    /// Why none was found: what a server said tells more than that another one is silent.
    Fault fault() const noexcept { return fault_; }

private:
    std::optional<std::string> at(const Options& options, Deadline deadline) {
        try {
            probeConnection(options, deadline);
            return textOf(options);
        } catch (const StorageError& error) {
            note(error.fault());
            return std::nullopt;
        }
    }

    void note(Fault fault) noexcept {
        if (fault_ == Fault::unreachable || fault_ == Fault::timedOut)
            fault_ = fault;
    }

    const PostgresSettings& settings_;
    const Resolver& resolver_;
    Fault fault_ = Fault::unreachable;
};

// Whoever opens a pipe may wait for ever, and OpenSSL opens whatever it is told to.
void refuseOddCertificates(const std::string& path) {
    struct stat status {};
    if (!path.empty() && stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
        throw StorageError(Fault::tlsFailed, "database.sslRootCert is no regular file");
}

} // namespace

std::string findServer(const PostgresSettings& settings, const Resolver& resolver,
                       Deadline deadline) {
    refuseOddCertificates(settings.sslRootCert);
    const auto candidates = candidatesOf(settings);
    Search search(settings, resolver);
    for (std::size_t i = 0; i < candidates.size(); ++i)
        if (auto found = search.among(candidates[i], shareOf(deadline, candidates.size() - i)))
            return *std::move(found);
    throw StorageError(search.fault());
}

void prepareEnvironment(const std::string& password) {
    for (const char* name : {"PGHOST", "PGHOSTADDR", "PGSERVICE", "PGSERVICEFILE"})
        ::unsetenv(name);
    if (!password.empty())
        Poco::Environment::set("PGPASSWORD", password);
}

} // namespace kubecred::storage
