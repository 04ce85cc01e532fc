#include "HostSettings.h"

#include "DatabaseSection.h"
#include "host/modules/KnownModules.h"
#include "kubecred/Text.h"

#include <algorithm>
#include <array>
#include <utility>

namespace kubecred::host {
namespace {

// The names of the earlier implementation's logger keep working.
constexpr std::array<std::pair<std::string_view, LogLevel>, 7> logLevels{{
    {"error", LogLevel::error},
    {"warn", LogLevel::warn},
    {"info", LogLevel::info},
    {"http", LogLevel::info},
    {"verbose", LogLevel::debug},
    {"debug", LogLevel::debug},
    {"silly", LogLevel::debug},
}};

LogLevel readLogLevel(Settings& settings) {
    const std::string name = settings.text("log.level", "info");
    for (const auto& [word, level] : logLevels)
        if (equalsIgnoringCase(name, word))
            return level;
    settings.reject("log.level", "one of error, warn, info, debug");
    return LogLevel::info;
}

// That of a file in the modules' folder, never a path to somewhere else.
bool isModuleName(std::string_view text) {
    return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") ==
           std::string_view::npos;
}

std::vector<std::string> readModules(Settings& settings) {
    const std::string list = settings.text("modules", "");
    std::vector<std::string> modules;
    for (const auto name : splitList(list))
        modules.emplace_back(name);
    if (!modules.empty() && std::ranges::all_of(modules, isModuleName))
        return modules;
    settings.reject("modules", "a comma-separated list, such as " + knownModuleNames());
    return {};
}

// Goes into answers, logs and a column of 255 characters.
std::string readName(Settings& settings, std::string_view key, std::string_view fallback) {
    std::string name = settings.text(key, fallback);
    const bool printable = std::ranges::all_of(name, [](char c) { return c >= 0x20 && c < 0x7f; });
    if (name.size() > 255 || !printable)
        settings.reject(key, "at most 255 characters of printable ASCII");
    return name;
}

std::vector<auth::ApiKey> readKeys(Settings& settings, const KeySettings& sources) {
    try {
        return readKeys(sources);
    } catch (const KeyFault& fault) {
        settings.reject(fault.setting(), fault.what());
        return {};
    }
}

} // namespace

HostSettings readHostSettings(Settings& settings, const std::string& modulesDirectory) {
    HostSettings host;
    host.serviceName = readName(settings, "service.name", "kube-credential");
    host.workerId = readName(settings, "worker.id", "");
    host.modules = readModules(settings);
    host.modulesDirectory = settings.text("modules.directory", modulesDirectory);
    host.logLevel = readLogLevel(settings);
    host.endpoint = readEndpoint(settings);
    host.limits = readLimits(settings);
    host.trustedProxies = readTrustedProxies(settings);
    host.cors = readCors(settings);
    host.keySources = {settings.text("auth.keysFile", ""), settings.text("auth.keys", ""),
                       settings.text("health.token", ""), settings.text("crossCheck.key", "")};
    host.keys = readKeys(settings, host.keySources);
    host.shutdownGrace = settings.seconds("shutdown.graceSeconds", 5, 0, 300);
    host.shutdownTimeout = settings.seconds("shutdown.timeoutSeconds", 20, 0, 300);
    host.database = readDatabaseSection(settings);
    for (const auto& name : host.modules)
        if (const KnownModule* module = findKnownModule(name); module && module->readSection)
            module->readSection(settings, host);
    return host;
}

} // namespace kubecred::host
