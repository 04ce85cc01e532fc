#pragma once

#include <array>
#include <string_view>

namespace kubecred::host {

/// How the program ends (sysexits.h, where that has a status).
struct ExitStatus {
    static constexpr int ok = 0;
    static constexpr int failed = 1;
    static constexpr int migrationsPending = 3;
    static constexpr int usage = 64;
    static constexpr int unavailable = 69;
    static constexpr int configuration = 78;

    /// Where a signal ended it.
    static constexpr int ofSignal(int signal) noexcept { return 128 + signal; }
};

/// What an exit status tells.
struct ExitMeaning {
    int status;
    std::string_view meaning;
};

/// Each of them, for texts.
inline constexpr std::array exitMeanings{
    ExitMeaning{ExitStatus::ok, "done"},
    ExitMeaning{ExitStatus::failed, "not done"},
    ExitMeaning{ExitStatus::migrationsPending, "migrations are pending"},
    ExitMeaning{ExitStatus::usage, "a wrong command line"},
    ExitMeaning{ExitStatus::unavailable, "the database or the port is out of reach"},
    ExitMeaning{ExitStatus::configuration, "the configuration or a module is at fault"},
};

} // namespace kubecred::host
