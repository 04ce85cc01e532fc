#pragma once

#include "kubecred/Module.h"

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace kubecred::host {

/// A module cannot be had; what() says which, why, and what to do.
class ModuleError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Calls `action`, which runs code of the module, and turns whatever that throws into a ModuleError
/// that says what the module failed to do.
void guardModule(const std::string& name, const char* failure, const std::function<void()>& action);

struct LoadedModule {
    std::string name;
    std::unique_ptr<Module> module;
};

/// Loads modules from `directory`/NAME.so. Their ABI number, name and build id are checked before
/// any C++ of theirs runs. Libraries stay loaded until the process ends. Throws ModuleError.
std::vector<LoadedModule> loadModules(const std::vector<std::string>& names,
                                      const std::string& directory);

} // namespace kubecred::host
