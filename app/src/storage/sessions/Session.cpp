#include "Session.h"

#include "Waiting.h"

namespace kubecred::storage {

Result waitForAnswer(Session& session, Deadline deadline) {
    std::optional<Result> result;
    while (!result) {
        if (!awaitDescriptor(session.descriptor(), session.events(), deadline))
            throw StorageError(Fault::timedOut);
        result = session.proceed();
    }
    return *std::move(result);
}

} // namespace kubecred::storage
