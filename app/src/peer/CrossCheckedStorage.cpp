#include "CrossCheckedStorage.h"

#include <memory>
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
    return Deferred<Found>([this, lookUp, &context](Executor& executor, Sink<Found> sink) {
        // A slow database keeps all of the time where the peer would hardly use any.
        auto own = std::make_shared<RequestContext>(context);
        if (peer_.answers())
            own->deadline = mostOf(context.deadline);
        own_.find(lookUp, *own)
            .start(executor, [this, lookUp, &context, own, &executor,
                              sink = std::move(sink)](Outcome<Found> ours) {
                if (isFound(ours))
                    sink(std::move(ours));
                else
                    askPeer(lookUp, context, executor, std::move(ours), sink);
            });
    });
}

void CrossCheckedReader::askPeer(const LookUp& lookUp, const RequestContext& context,
                                 Executor& executor, Outcome<Found> ours, Sink<Found> sink) {
    peer_.find(lookUp, context)
        .start(executor, [ours = std::move(ours), sink = std::move(sink)](Outcome<Found> theirs) {
            if (!isFound(theirs)) {
                sink(ours);
                return;
            }
            const bool isAnswered = std::holds_alternative<Found>(ours);
            std::get<Found>(theirs)->basis = isAnswered ? Basis::database : Basis::outage;
            sink(std::move(theirs));
        });
}

CredentialReader& CrossCheckedStorage::reader() {
    if (!reader_)
        reader_.emplace(own_.reader(), peer_);
    return *reader_;
}

} // namespace kubecred::peer
