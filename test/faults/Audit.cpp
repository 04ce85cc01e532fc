#include "Audit.h"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

namespace kubecred::test {
namespace {

struct Row {
    std::string id;
    std::string email;
    std::string type;
    std::string metadataKey;
};

class Auditor {
public:
    Auditor(const std::vector<LedgerEntry>& entries, const Tolerance& tolerance)
        : entries_(entries), tolerance_(tolerance) {}

    AuditResult run(const Query& query, const std::vector<std::string>& logs) {
        readRows(query);
        for (const auto& entry : entries_)
            checkAnswer(entry);
        checkKeys();
        checkLogs(logs);
        return std::move(result_);
    }

private:
    void violation(const std::string& text) {
        if (result_.violations.size() < 20)
            result_.violations.push_back(text);
    }

    void readRows(const Query& query) {
        std::istringstream rows(
            query("SELECT substr(name, 8), id, email, credential_type, "
                  "metadata->>'key' FROM credentials WHERE name LIKE 'Person %'"));
        for (std::string line; std::getline(rows, line);) {
            std::istringstream columns(line);
            std::string key;
            Row row;
            std::getline(columns, key, '|');
            std::getline(columns, row.id, '|');
            std::getline(columns, row.email, '|');
            std::getline(columns, row.type, '|');
            std::getline(columns, row.metadataKey, '|');
            if (rows_.contains(key)) {
                ++result_.doubled;
                violation("two rows for " + key);
            }
            rows_[key] = row;
        }
    }

    void checkAnswer(const LedgerEntry& entry) {
        if (!entry.sent)
            return;
        ++result_.sent;
        if (entry.status == 0) {
            if (!tolerance_.lostReplies)
                violation("no answer to " + entry.requestId);
            return;
        }
        result_.worstAnswerMs = std::max(result_.worstAnswerMs, entry.answeredAt - entry.sentAt);
        if (!entry.suspicious.empty())
            violation(entry.requestId + " was told of " + entry.suspicious);
        if (entry.status == 503) {
            ++result_.refused;
            if (!entry.hasRetryAfter)
                violation("503 without Retry-After to " + entry.requestId);
        } else if (entry.kind == LedgerEntry::Kind::issue) {
            checkIssue(entry);
        } else if (entry.status != 200 || entry.id != entry.key) {
            violation(entry.requestId + " verified a genuine id and got " +
                      std::to_string(entry.status));
        }
    }

    void checkIssue(const LedgerEntry& entry) {
        const auto row = rows_.find(entry.key);
        if (entry.status == 201) {
            ++result_.acknowledged;
            if (row == rows_.end() || row->second.id != entry.id ||
                row->second.email != entry.key + "@example.org" || row->second.type != "degree" ||
                row->second.metadataKey != entry.key) {
                ++result_.lost;
                violation("201 without its row: " + entry.key);
            }
            if (!winners_.insert(entry.key).second) {
                ++result_.doubled;
                violation("two times 201 for " + entry.key);
            }
        } else if (entry.status != 409) {
            violation(entry.requestId + " got " + std::to_string(entry.status));
        } else if (row == rows_.end() || row->second.id != entry.id) {
            violation("409 without the winner's id: " + entry.key);
        }
    }

    // A key without a 201 must have had a request whose outcome was left open.
    void checkKeys() {
        std::map<std::string, bool> leftOpen;
        for (const auto& entry : entries_)
            if (entry.kind == LedgerEntry::Kind::issue && entry.sent)
                leftOpen[entry.key] |= entry.status == 503 || entry.status == 0;
        for (const auto& [key, open] : leftOpen)
            if (!open && !winners_.contains(key))
                violation("no 201 for " + key);
        for (const auto& [key, row] : rows_)
            if (!leftOpen.contains(key))
                violation("a row that nobody asked for: " + key);
    }

    void checkLogs(const std::vector<std::string>& logs) {
        std::set<std::string> logged;
        const std::string member = "\"requestId\":\"";
        for (const auto& log : logs) {
            for (auto at = log.find(member); at != std::string::npos;
                 at = log.find(member, at + 1)) {
                const auto begin = at + member.size();
                logged.insert(log.substr(begin, log.find('"', begin) - begin));
            }
            for (const char* part : {"Person ", "@example.org", "INSERT INTO", "SELECT ", "/tmp/"})
                if (log.find(part) != std::string::npos)
                    violation(std::string("a log holds ") + part);
        }
        if (tolerance_.lostLogLines)
            return;
        for (const auto& entry : entries_)
            if (entry.status != 0 && !logged.contains(entry.requestId))
                violation("not in the log: " + entry.requestId);
    }

    const std::vector<LedgerEntry>& entries_;
    const Tolerance tolerance_;
    std::map<std::string, Row> rows_; // by key
    std::set<std::string> winners_;   // keys with a 201
    AuditResult result_;
};

} // namespace

AuditResult audit(const std::vector<LedgerEntry>& entries, const Query& query,
                  const std::vector<std::string>& logs, const Tolerance& tolerance) {
    return Auditor(entries, tolerance).run(query, logs);
}

} // namespace kubecred::test
