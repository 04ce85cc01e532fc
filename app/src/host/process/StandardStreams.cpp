#include "StandardStreams.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <initializer_list>

namespace kubecred::host {

void openStandardStreams() noexcept {
    // A new descriptor always takes the lowest number that is free.
    int descriptor = STDIN_FILENO;
    while (descriptor >= 0 && descriptor <= STDERR_FILENO)
        descriptor = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (descriptor >= 0)
        close(descriptor);
}

bool isTerminalClosed() noexcept {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (isatty(stream) == 0 && errno == EIO)
            return true;
    return false;
}

} // namespace kubecred::host
