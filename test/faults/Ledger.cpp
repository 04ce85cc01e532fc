#include "Ledger.h"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

namespace kubecred::test {

std::int64_t nowMs() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

Ledger::Ledger(const std::filesystem::path& file)
    : file_(file),
      descriptor_(::open(file.c_str(), O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0)
        throw std::runtime_error("cannot write the ledger");
}

Ledger::~Ledger() { ::close(descriptor_); }

void Ledger::intend(const LedgerEntry& entry) {
    std::ostringstream line;
    line << "intent\t" << static_cast<int>(entry.kind) << '\t' << entry.requestId << '\t'
         << entry.key << '\t' << entry.port << '\t' << entry.sentAt << '\n';
    append(line.str());
}

void Ledger::settle(const LedgerEntry& entry) {
    std::ostringstream line;
    line << "answer\t" << entry.requestId << '\t' << entry.status << '\t' << entry.sent << '\t'
         << entry.hasRetryAfter << '\t' << entry.isDegraded << '\t' << entry.answeredAt << '\t'
         << (entry.id.empty() ? "-" : entry.id) << '\t'
         << (entry.suspicious.empty() ? "-" : entry.suspicious) << '\n';
    append(line.str());
}

void Ledger::append(const std::string& line) {
    // One write to a file opened for appending is not mixed with others.
    if (::write(descriptor_, line.data(), line.size()) != static_cast<ssize_t>(line.size()) ||
        ::fdatasync(descriptor_) != 0)
        throw std::runtime_error("cannot write the ledger");
}

std::vector<LedgerEntry> Ledger::read() const {
    std::ifstream file(file_);
    std::map<std::string, LedgerEntry> byRequest;
    for (std::string text; std::getline(file, text);) {
        std::istringstream line(text);
        std::string what;
        line >> what;
        if (what == "intent") {
            LedgerEntry entry;
            int kind = 0;
            line >> kind >> entry.requestId >> entry.key >> entry.port >> entry.sentAt;
            entry.kind = static_cast<LedgerEntry::Kind>(kind);
            byRequest[entry.requestId] = entry;
            continue;
        }
        std::string requestId;
        line >> requestId;
        LedgerEntry& entry = byRequest.at(requestId);
        line >> entry.status >> entry.sent >> entry.hasRetryAfter >> entry.isDegraded >>
            entry.answeredAt >> entry.id >> entry.suspicious;
        if (entry.id == "-")
            entry.id.clear();
        if (entry.suspicious == "-")
            entry.suspicious.clear();
    }
    std::vector<LedgerEntry> entries;
    for (auto& [id, entry] : byRequest)
        entries.push_back(std::move(entry));
    return entries;
}

} // namespace kubecred::test
