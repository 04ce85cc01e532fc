#include "EnvironmentVariables.h"

#include "host/modules/KnownModules.h"

#include <algorithm>
#include <cctype>
#include <iterator>

namespace kubecred::host {
namespace {

std::string upper(std::string_view text) {
    std::string result;
    std::ranges::transform(text, std::back_inserter(result),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return result;
}

} // namespace

std::vector<EnvironmentVariable> environmentVariables() {
    std::vector<EnvironmentVariable> variables{
        {.name = "RDS_CLUSTER_HOST", .key = "database.host", .isOfPostgres = true},
        {.name = "DB_PORT", .key = "database.port", .isOfPostgres = true},
        {.name = "DB_NAME", .key = "database.name", .isOfPostgres = true},
        {.name = "RDS_CLUSTER_USERNAME", .key = "database.user", .isOfPostgres = true},
        {.name = "RDS_CLUSTER_PASSWORD",
         .key = "database.password",
         .isOfPostgres = true,
         .isSecret = true},
        {.name = "DB_SSLMODE", .key = "database.sslMode", .isOfPostgres = true},
        {.name = "DB_SSLROOTCERT", .key = "database.sslRootCert", .isOfPostgres = true},
    };
    for (const KnownModule& module : knownModules()) {
        const std::string name = upper(module.name);
        const std::string login = loginSection(module.name);
        variables.push_back(
            {.name = name + "_DB_USERNAME", .key = login + "user", .isOfPostgres = true});
        variables.push_back({.name = name + "_DB_PASSWORD",
                             .key = login + "password",
                             .isOfPostgres = true,
                             .isSecret = true});
    }
    const std::vector<EnvironmentVariable> others{
        {.name = "HEALTH_TOKEN", .key = "health.token", .isSecret = true},
        {.name = "API_KEYS", .key = "auth.keys", .isSecret = true},
        {.name = "CROSS_CHECK_KEY", .key = "crossCheck.key", .isSecret = true},
        {.name = "PORT", .key = "http.port"},
        {.name = "LOG_LEVEL", .key = "log.level"},
        {.name = "WORKER_ID", .key = "worker.id"},
    };
    variables.insert(variables.end(), others.begin(), others.end());
    return variables;
}

} // namespace kubecred::host
