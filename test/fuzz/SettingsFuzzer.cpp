// A .properties file, or the environment, to settings; and a file of API keys.

#include "Fuzz.h"
#include "IssuanceModule.h"
#include "VerificationModule.h"
#include "host/configuration/ConfigurationSources.h"
#include "host/configuration/HostSettings.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <string>

namespace {

using namespace kubecred;

// A file in memory, with this text.
class MemoryFile {
public:
    explicit MemoryFile(std::string_view text) : descriptor_(memfd_create("fuzz", 0)) {
        fuzz::require(write(descriptor_, text.data(), text.size()) ==
                          static_cast<ssize_t>(text.size()),
                      "there is memory");
    }
    ~MemoryFile() { close(descriptor_); }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

private:
    const int descriptor_;
};

void check(host::SettingValues values) {
    Settings settings(std::move(values));
    host::readHostSettings(settings, "/modules");
    issuance::IssuanceModule().configure(settings);
    verification::VerificationModule().configure(settings);
    for (const auto& lines : {settings.badValues(), settings.unknownKeys()})
        for (const auto& line : lines)
            fuzz::require(line.find('\n') == std::string::npos, "a fault is one line");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const MemoryFile file(text);
    try {
        const auto values = host::readPropertiesFile(file.path());
        check(host::layer(values,
                          [&](const std::string&) { return std::string(text.substr(0, 40)); }, {}));
    } catch (const host::ConfigurationError&) {
        // no .properties file
    }
    for (const host::KeySettings& sources :
         {host::KeySettings{file.path(), "", ""}, host::KeySettings{"", std::string(text), ""},
          host::KeySettings{"", "", std::string(text)}})
        try {
            host::readKeys(sources);
        } catch (const host::KeyFault&) {
            // no keys
        }
    return 0;
}
