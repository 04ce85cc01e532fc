#include "StandardStreams.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace kubecred::host {

void openStandardStreams() noexcept {
    // A new descriptor always takes the lowest number that is free.
    int descriptor = STDIN_FILENO;
    while (descriptor >= 0 && descriptor <= STDERR_FILENO)
        descriptor = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (descriptor >= 0)
        close(descriptor);
}

bool isTerminalClosed() noexcept { return isatty(STDOUT_FILENO) == 0 && errno == EIO; }

} // namespace kubecred::host
