#include "CrossCheckedStorage.h"

#include <utility>

namespace kubecred::peer {
namespace {

using Found = std::optional<FoundCredential>;

// What is left is the peer's.
Deadline shareOfOwn(Deadline deadline) {
    return deadline - (deadline - std::chrono::steady_clock::now()) / 4;
}

bool isFound(const Outcome<Found>& outcome) {
    const auto* found = std::get_if<Found>(&outcome);
    return found != nullptr && found->has_value();
}

} // namespace

Deferred<Found> CrossCheckedReader::find(const LookUp& lookUp) {
    return Deferred<Found>([this, lookUp](Executor& executor, Sink<Found> sink) {
        const LookUp own{lookUp.id, shareOfOwn(lookUp.deadline), lookUp.trace};
        own_.find(own).start(executor, [this, lookUp, &executor,
                                        sink = std::move(sink)](Outcome<Found> ours) mutable {
            if (isFound(ours))
                return sink(std::move(ours));
            peer_.find(lookUp).start(executor, [ours = std::move(ours), sink = std::move(sink)](
                                                   Outcome<Found> theirs) mutable {
                const bool answered = std::holds_alternative<Found>(theirs);
                sink(std::move(answered ? theirs : ours));
            });
        });
    });
}

CredentialReader& CrossCheckedStorage::reader() {
    if (!reader_)
        reader_.emplace(own_.reader(), peer_);
    return *reader_;
}

} // namespace kubecred::peer
