#pragma once

#include "LogSink.h"
#include "kubecred/Clock.h"
#include "kubecred/Log.h"

#include <string>

namespace kubecred::host {

/// Writes each event as one JSON object on a line of its own to a file descriptor, never waiting
/// for whoever reads it.
class JsonLogger final : public Logger {
public:
    /// `descriptor` stays the caller's; `clock` must outlive this object.
    JsonLogger(int descriptor, LogLevel level, std::string service, std::string workerId,
               const Clock& clock);

    bool enabled(LogLevel level) const noexcept override { return level <= level_; }
    void write(LogLevel level, std::string_view message,
               std::span<const LogField> fields) noexcept override;

    /// As LogSink::finish.
    bool finish() { return sink_.finish(); }

private:
    std::string line(LogLevel level, std::string_view message,
                     std::span<const LogField> fields) const;

    const LogLevel level_;
    const std::string service_;
    const std::string workerId_;
    const Clock& clock_;
    LogSink sink_; // last: its thread uses everything above
};

} // namespace kubecred::host
