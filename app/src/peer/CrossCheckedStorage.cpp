#include "CrossCheckedStorage.h"

#include <utility>

namespace kubecred::peer {
namespace {

using Found = std::optional<FoundCredential>;
using Basis = FoundCredential::Basis;

// What is left is the peer's.
Deadline mostOf(Deadline deadline) {
    return deadline - (deadline - std::chrono::steady_clock::now()) / 4;
}

bool isFound(const Outcome<Found>& outcome) {
    const auto* found = std::get_if<Found>(&outcome);
    return found != nullptr && found->has_value();
}

} // namespace

Deferred<Found> CrossCheckedReader::find(const LookUp& lookUp, const RequestContext& context) {
    // A slow database keeps all of the time where the peer would hardly use any.
    RequestContext own = context;
    if (peer_.answers())
        own.deadline = mostOf(context.deadline);
    auto ours = co_await outcomeOf(own_.find(lookUp, own));
    if (isFound(ours))
        co_return valueOf(std::move(ours));
    auto theirs = co_await outcomeOf(peer_.find(lookUp, context));
    if (!isFound(theirs))
        co_return valueOf(std::move(ours));
    const bool isAnswered = std::holds_alternative<Found>(ours);
    auto found = valueOf(std::move(theirs));
    found->basis = isAnswered ? Basis::database : Basis::outage;
    co_return found;
}

CredentialReader& CrossCheckedStorage::reader() {
    if (!reader_)
        reader_.emplace(CredentialStorageDecorator::reader(), peer_);
    return *reader_;
}

} // namespace kubecred::peer
