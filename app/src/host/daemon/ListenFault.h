#pragma once

#include <stdexcept>
#include <string>

namespace kubecred::host {

/// The port that the configuration names cannot be opened; what() says why.
class ListenFault : public std::runtime_error {
public:
    /// `error` is an errno; where it is 0, `otherwise` says why.
    ListenFault(int error, const std::string& otherwise);

    /// Whether somebody else has it.
    bool isTaken() const noexcept;

    /// What the operator can do about it.
    const char* advice() const noexcept;

private:
    int error_;
};

} // namespace kubecred::host
