#include "IssuanceModule.h"
#include "kubecred/BuildInfo.h"

extern "C" [[gnu::visibility("default")]] const kubecred::ModuleEntry kubecred_module;

const kubecred::ModuleEntry kubecred_module{
    kubecred::moduleAbi, "issuance", kubecred::buildId, []() -> std::unique_ptr<kubecred::Module> {
        return std::make_unique<kubecred::issuance::IssuanceModule>();
    }};
