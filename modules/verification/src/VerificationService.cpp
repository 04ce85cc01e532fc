#include "VerificationService.h"

#include "kubecred/Error.h"

#include <exception>
#include <utility>

namespace kubecred::verification {
namespace {

using Basis = FoundCredential::Basis;

bool fits(const std::optional<std::string>& given, const std::string& stored) {
    return !given || *given == stored;
}

bool fits(const VerifyRequest& request, const Credential& credential) {
    return fits(request.name, credential.name) && fits(request.email, credential.email);
}

// Whether what was found, and stands on that, does not fit.
bool mismatches(const VerifyRequest& request,
                const Outcome<std::optional<FoundCredential>>& outcome, Basis basis) {
    const auto* found = std::get_if<std::optional<FoundCredential>>(&outcome);
    return found != nullptr && *found && (*found)->basis == basis &&
           !fits(request, *(*found)->credential);
}

} // namespace

VerificationService::VerificationService(CredentialReader& reader, Metrics& metrics)
    : reader_(reader),
      verified_(metrics.counter(
          {"kubecred_credentials_verified_total", "Verifications of a genuine credential."})),
      refused_(metrics.counter({"kubecred_credentials_refused_total",
                                "Verifications of an unknown id or of data that does not fit."})) {}

Deferred<std::optional<FoundCredential>>
VerificationService::verify(VerifyRequest request, const RequestContext& context) {
    return Deferred<Found>([this, request = std::move(request),
                            &context](Executor& executor, Sink<Found> sink) mutable {
        const LookUp lookUp{request.id};
        ask(std::move(request), lookUp, context, executor, std::move(sink));
    });
}

// A mismatch with what memory alone holds is confirmed: no refusal stands on memory, or it would
// tell by its mere coming, while the database is away, that the id is genuine.
void VerificationService::ask(VerifyRequest request, const LookUp& lookUp,
                              const RequestContext& context, Executor& executor, Sink<Found> sink) {
    reader_.find(lookUp, context)
        .start(executor, [this, request = std::move(request), lookUp = lookUp, &context, &executor,
                          sink = std::move(sink)](Outcome<Found> outcome) mutable {
            if (!lookUp.confirms && mismatches(request, outcome, Basis::memory)) {
                lookUp.confirms = true;
                ask(std::move(request), lookUp, context, executor, std::move(sink));
            } else {
                sink(settled(request, std::move(outcome)));
            }
        });
}

Outcome<std::optional<FoundCredential>> VerificationService::settled(const VerifyRequest& request,
                                                                     Outcome<Found> outcome) {
    if (mismatches(request, outcome, Basis::outage))
        return std::make_exception_ptr(Error::unavailable("mismatch, not to be confirmed now"));
    if (auto* found = std::get_if<Found>(&outcome)) {
        const bool genuine = *found && fits(request, *(*found)->credential);
        (genuine ? verified_ : refused_).add();
        if (!genuine)
            found->reset();
    }
    return outcome;
}

} // namespace kubecred::verification
