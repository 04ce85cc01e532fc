#pragma once

namespace kubecred::host {

/// Opens /dev/null where standard input, output or error is closed: else the next file or socket
/// would take its number, and be written the log. Call before anything is opened.
void openStandardStreams() noexcept;

/// Whether standard input, output or error is a terminal that has been closed.
bool isTerminalClosed() noexcept;

} // namespace kubecred::host
