#pragma once

#include <stdexcept>

namespace kubecred::peer {

/// The peer did not answer. `what()` names a class of fault, never a host.
class PeerError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// It answered, but not as it should have: which tells nothing of the next question.
class AnswerError : public PeerError {
public:
    using PeerError::PeerError;
};

} // namespace kubecred::peer
