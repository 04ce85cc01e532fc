#pragma once

#include "Ledger.h"

#include <functional>
#include <string>
#include <vector>

namespace kubecred::test {

/// What a fault may cost.
struct Tolerance {
    bool lostReplies = false;  ///< a worker was killed: some of its requests may have had no answer
    bool lostLogLines = false; ///< the same: what it had not written yet is gone
};

/// What the ledger, the database and the logs say of one run.
struct AuditResult {
    int sent = 0;
    int acknowledged = 0; ///< 201
    int refused = 0;      ///< 503
    int lost = 0;         ///< 201 without its row
    int doubled = 0;      ///< more than one row, or more than one 201, for a key
    std::int64_t worstAnswerMs = 0;
    std::vector<std::string> violations; ///< of invariants, in words
};

/// Runs SQL and returns what it yields, a line a row, columns joined by `|`.
using Query = std::function<std::string(const std::string& sql)>;

/// Compares what was promised with what is there. The invariants: every 201 is present and
/// identical; at most one row a key; at most one 201 a key, and none only where a request on that
/// key got 503 or lost its worker; all others 409 with the winner's id; among 5xx only 503 with
/// Retry-After; no answer missing; every answer's id in the log; nothing secret in bodies or logs.
AuditResult audit(const std::vector<LedgerEntry>& entries, const Query& query,
                  const std::vector<std::string>& logs, const Tolerance& tolerance = {});

} // namespace kubecred::test
