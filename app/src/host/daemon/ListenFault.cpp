#include "ListenFault.h"

#include <cerrno>
#include <system_error>

namespace kubecred::host {

ListenFault::ListenFault(int error, const std::string& otherwise)
    : std::runtime_error(error == 0 ? otherwise : std::generic_category().message(error)),
      error_(error) {}

bool ListenFault::isTaken() const noexcept { return error_ == EADDRINUSE; }

const char* ListenFault::advice() const noexcept {
    return error_ == EMFILE ? "allow it more file descriptors (ulimit -n)"
                            : "choose another with http.address and http.port (PORT)";
}

} // namespace kubecred::host
