#include "RunningModules.h"

namespace kubecred::host {

void RunningModules::start(const std::function<ModuleContext(const std::string& name)>& lent) {
    for (const auto& loaded : loaded_) {
        guardModule(loaded.name, "did not start", [&] { loaded.module->start(lent(loaded.name)); });
        started_.push_back(loaded.module.get());
    }
}

void RunningModules::stop() noexcept {
    for (auto module = started_.rbegin(); module != started_.rend(); ++module)
        (*module)->stop();
    started_.clear();
}

std::vector<std::string> RunningModules::names() const {
    std::vector<std::string> names;
    for (const auto& loaded : loaded_)
        names.push_back(loaded.name);
    return names;
}

} // namespace kubecred::host
