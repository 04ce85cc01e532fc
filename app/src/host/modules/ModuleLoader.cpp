#include "ModuleLoader.h"

#include "kubecred/BuildInfo.h"
#include "kubecred/Text.h"

#include <Poco/Exception.h>
#include <Poco/SharedLibrary.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>

namespace kubecred::host {
namespace {

constexpr const char* suffix = ".so";

// A name is one of a file in the modules' folder, never a path to somewhere else.
bool isName(std::string_view name) {
    constexpr std::string_view characters = "abcdefghijklmnopqrstuvwxyz0123456789_-";
    return !name.empty() && name.find_first_not_of(characters) == std::string_view::npos;
}

std::string namesIn(const std::string& directory) {
    std::set<std::string> names;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory, error))
        if (entry.path().extension() == suffix)
            names.insert(entry.path().stem());
    const std::vector<std::string_view> list(names.begin(), names.end());
    return list.empty() ? "none" : join(list, ", ");
}

const ModuleEntry& entryOf(const std::string& name, const std::string& path) {
    try {
        // Poco's destructor does not unload, and nothing else here does.
        Poco::SharedLibrary library(path);
        if (!library.hasSymbol(moduleEntrySymbol))
            throw ModuleError("module " + name + ": no symbol " + moduleEntrySymbol +
                              " in its library, so it is no module of this program");
        return *static_cast<const ModuleEntry*>(library.getSymbol(moduleEntrySymbol));
    } catch (const Poco::LibraryLoadException& exception) {
        throw ModuleError("module " + name + ": cannot be loaded: " + exception.message());
    }
}

void check(const std::string& name, const ModuleEntry& entry) {
    if (entry.abi != moduleAbi)
        throw ModuleError("module " + name + ": has ABI " + std::to_string(entry.abi) +
                          ", this program takes ABI " + std::to_string(moduleAbi) +
                          "; install the module that came with this program");
    if (name != entry.name)
        throw ModuleError("module " + name + ": its library holds the module " + entry.name);
    if (std::string_view(entry.buildId) != buildId)
        throw ModuleError("module " + name + ": is of build " + entry.buildId +
                          ", this program of build " + buildId +
                          "; install the module that came with this program");
}

LoadedModule load(const std::string& name, const std::string& directory) {
    const auto path = std::filesystem::path(directory) / (name + suffix);
    std::error_code error;
    if (!isName(name) || !std::filesystem::is_regular_file(path, error))
        throw ModuleError("module " + name + ": not in the folder modules.directory; there are: " +
                          namesIn(directory));
    const ModuleEntry& entry = entryOf(name, path.string());
    check(name, entry);
    LoadedModule loaded{name, nullptr};
    guardModule(name, "could not be made", [&] { loaded.module = entry.create(); });
    if (!loaded.module)
        throw ModuleError("module " + name + ": could not be made: its library makes none");
    return loaded;
}

} // namespace

void guardModule(const std::string& name, const char* failure,
                 const std::function<void()>& action) {
    const std::string what = "module " + name + ": " + failure;
    try {
        action();
    } catch (const std::exception& exception) {
        throw ModuleError(what + ": " + exception.what());
    } catch (...) {
        throw ModuleError(what);
    }
}

std::vector<LoadedModule> loadModules(const std::vector<std::string>& names,
                                      const std::string& directory) {
    std::vector<LoadedModule> modules;
    for (const auto& name : names) {
        if (std::ranges::find(modules, name, &LoadedModule::name) != modules.end())
            throw ModuleError("module " + name + ": named twice");
        modules.push_back(load(name, directory));
    }
    return modules;
}

} // namespace kubecred::host
