#include "VerificationModule.h"
#include "kubecred/BuildInfo.h"

extern "C" [[gnu::visibility("default")]] const kubecred::ModuleEntry kubecred_module;

const kubecred::ModuleEntry kubecred_module{
    kubecred::moduleAbi, "verification", kubecred::buildId,
    []() -> std::unique_ptr<kubecred::Module> {
        return std::make_unique<kubecred::verification::VerificationModule>();
    }};
