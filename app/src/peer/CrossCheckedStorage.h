#pragma once

#include "PeerReader.h"
#include "kubecred/domain/CredentialStorage.h"

#include <optional>

namespace kubecred::peer {

/// Asks a peer for what its own storage does not have, or cannot tell now. A peer only ever adds
/// what it has: where it fails, or has nothing, the answer is what it would have been without.
class CrossCheckedReader final : public CredentialReader {
public:
    /// The references must outlive this object.
    CrossCheckedReader(CredentialReader& own, Peer& peer) : own_(own), peer_(peer) {}

    Deferred<std::optional<FoundCredential>> find(const LookUp& lookUp,
                                                  const RequestContext& context) override;

private:
    CredentialReader& own_;
    Peer& peer_;
};

/// The storage of a process, its reader cross-checked at a peer service. As with any storage, the
/// ports are asked for before `start`.
class CrossCheckedStorage final : public CredentialStorageDecorator {
public:
    /// The references to services must outlive this object.
    CrossCheckedStorage(CredentialStorage& own, PeerSettings settings, Logger& logger,
                        Metrics& metrics)
        : CredentialStorageDecorator(own), peer_(std::move(settings), logger, metrics) {}

    CredentialReader& reader() override;

    void start() { peer_.start(); }

    /// As PeerReader::stop. To be called before that of its own storage: questions that fail there
    /// must find nobody.
    bool stop(Deadline deadline) { return peer_.stop(deadline); }

private:
    PeerReader peer_;
    std::optional<CrossCheckedReader> reader_;
};

} // namespace kubecred::peer
