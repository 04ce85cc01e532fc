#include "CachedCredentials.h"

#include "kubecred/Error.h"

#include <utility>

namespace kubecred::storage {
namespace {

using std::chrono::steady_clock;
using Found = std::optional<FoundCredential>;
using Basis = FoundCredential::Basis;

bool isUnavailable(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const Error& error) {
        return error.kind() == ErrorKind::unavailable;
    } catch (...) {
        return false;
    }
}

} // namespace

CachedReader::CachedReader(CredentialReader& reader, CredentialCache& cache,
                           const CacheSettings& settings, const Clock& clock, Metrics& metrics)
    : reader_(reader),
      cache_(cache),
      fresh_(settings.fresh),
      stale_(settings.stale),
      clock_(clock),
      hits_(metrics.counter(
          {"kubecred_credential_cache_hits_total", "Look-ups that were answered from memory."})),
      misses_(metrics.counter({"kubecred_credential_cache_misses_total",
                               "Look-ups that memory was asked for in vain."})) {}

Deferred<Found> CachedReader::find(const LookUp& lookUp, const RequestContext& context) {
    if (fresh_ > std::chrono::seconds(0) && !lookUp.confirms)
        if (auto entry = recall(lookUp.id, fresh_)) {
            hits_.add();
            co_return FoundCredential{std::move(entry->credential), {}, Basis::memory};
        }
    co_return valueOf(settled(lookUp.id, co_await outcomeOf(reader_.find(lookUp, context))));
}

Outcome<Found> CachedReader::settled(const Uuid& id, Outcome<Found> outcome) {
    if (const auto* found = std::get_if<Found>(&outcome)) {
        if (fresh_ > std::chrono::seconds(0))
            misses_.add();
        remember(id, *found);
        return outcome;
    }
    if (!isUnavailable(std::get<std::exception_ptr>(outcome)))
        return outcome;
    auto entry = recall(id, stale_);
    (entry ? hits_ : misses_).add();
    if (entry)
        return Found(FoundCredential{std::move(entry->credential), entry->asOf, Basis::outage});
    return outcome;
}

void CachedReader::remember(const Uuid& id, const Found& found) {
    if (found)
        cache_.put({found->credential, clock_.now(), steady_clock::now()});
    else
        cache_.remove(id);
}

std::optional<CredentialCache::Entry> CachedReader::recall(const Uuid& id,
                                                           std::chrono::seconds most) {
    auto entry = cache_.find(id);
    if (entry && steady_clock::now() - entry->confirmed > most)
        entry.reset();
    return entry;
}

CachingWriter::CachingWriter(CredentialWriter& writer, CredentialCache& cache, const Clock& clock)
    : writer_(writer), cache_(cache), clock_(clock) {}

Deferred<IssueOutcome> CachingWriter::issue(const Credential& credential,
                                            const RequestContext& context) {
    const auto outcome = co_await writer_.issue(credential, context);
    if (std::holds_alternative<Issued>(outcome))
        cache_.put(
            {std::make_shared<const Credential>(credential), clock_.now(), steady_clock::now()});
    co_return outcome;
}

} // namespace kubecred::storage
