#include "Load.h"

#include <Poco/Exception.h>

#include <map>
#include <stdexcept>

namespace kubecred::test {
namespace {

std::string uniquePrefix() {
    static std::atomic<int> loads{0};
    return "load" + std::to_string(loads++);
}

// What no answer and no log line may hold: SQL, paths, and the texts that Load::issueBody makes.
std::string forbiddenPart(const std::string& text, bool withPerson) {
    for (const char* part : {"INSERT", "SELECT", "/tmp/", "/root", "/usr/", "password", "libpq"})
        if (text.find(part) != std::string::npos)
            return part;
    return withPerson && text.find("@example.org") != std::string::npos ? "e-mail" : "";
}

} // namespace

struct Load::Client {
    int number;
    std::mt19937 random;
    int requests = 0;
    std::map<int, RawConnection> connections = {}; ///< by port
};

Load::Load(Ledger& ledger, std::vector<int> ports, int clients, std::chrono::milliseconds pause)
    : ledger_(ledger), ports_(std::move(ports)), pause_(pause), prefix_(uniquePrefix()) {
    for (int i = 0; i < clients; ++i)
        threads_.emplace_back([this, i] { run(i); });
}

Load::~Load() { stop(); }

void Load::stop() {
    stopping_ = true;
    for (auto& thread : threads_)
        thread.join();
    threads_.clear();
}

void Load::waitForIssued(int count, std::chrono::seconds most) const {
    const auto end = std::chrono::steady_clock::now() + most;
    while (issued_ < count) {
        if (std::chrono::steady_clock::now() > end)
            throw std::runtime_error("only " + std::to_string(issued_) + " were issued");
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

std::string Load::issueBody(const std::string& key) {
    return R"({"name":"Person )" + key + R"(","email":")" + key +
           R"(@example.org","credentialType":"degree","metadata":{"key":")" + key + R"("}})";
}

void Load::run(int number) {
    Client client{number, std::mt19937(static_cast<unsigned>(number))};
    while (!stopping_) {
        LedgerEntry entry = nextRequest(client);
        entry.sentAt = nowMs();
        ledger_.intend(entry);
        send(client, entry);
        entry.answeredAt = nowMs();
        ledger_.settle(entry);
        remember(entry);
        std::this_thread::sleep_for(entry.sent ? pause_ : std::chrono::milliseconds(20));
    }
}

LedgerEntry Load::nextRequest(Client& client) {
    LedgerEntry entry;
    const auto turn = static_cast<std::size_t>(client.number + client.requests);
    entry.port = ports_[turn % ports_.size()];
    entry.requestId =
        prefix_ + "-" + std::to_string(client.number) + "-" + std::to_string(client.requests++);
    const auto dice = client.random() % 10;
    if (dice < 2) {
        const std::lock_guard lock(mutex_);
        if (!genuine_.empty()) {
            entry.kind = LedgerEntry::Kind::verify;
            entry.key = genuine_[client.random() % genuine_.size()];
            return entry;
        }
    }
    const int fresh = nextKey_;
    const bool again = dice < 4 && fresh > 0;
    const int key =
        again ? std::max(0, fresh - 1 - static_cast<int>(client.random() % 20)) : nextKey_++;
    entry.key = prefix_ + "-key-" + std::to_string(key);
    return entry;
}

void Load::send(Client& client, LedgerEntry& entry) {
    const bool issues = entry.kind == LedgerEntry::Kind::issue;
    const auto bytes =
        requestBytes("POST", issues ? "/issuance/credentials" : "/verification/credentials",
                     issues ? issueBody(entry.key) : R"({"id":")" + entry.key + R"("})",
                     {"Content-Type: application/json", "X-Request-Id: " + entry.requestId});
    try {
        auto connection = client.connections.find(entry.port);
        if (connection == client.connections.end())
            connection = client.connections.emplace(entry.port, entry.port).first;
        entry.sent = true;
        connection->second.send(bytes);
        const auto answer = connection->second.receive(false, std::chrono::seconds(30));
        note(entry, answer);
        if (answer.header("connection") == "close")
            client.connections.erase(connection);
    } catch (const std::exception&) {
        client.connections.erase(entry.port); // refused, or lost before the answer came
    }
}

void Load::note(LedgerEntry& entry, const HttpAnswer& answer) {
    entry.status = answer.status;
    entry.hasRetryAfter = answer.has("retry-after");
    entry.suspicious = forbiddenPart(answer.body, answer.status >= 400);
    if (answer.status == 201 || answer.status == 200)
        entry.id = answer.text("credential.id");
    if (answer.status == 409)
        entry.id = answer.text("existingCredential.id");
    entry.isDegraded = answer.body.find("\"degraded\":true") != std::string::npos;
}

void Load::remember(const LedgerEntry& entry) {
    if (entry.status != 0)
        ++answered_;
    if (entry.kind != LedgerEntry::Kind::issue || entry.status != 201)
        return;
    ++issued_;
    const std::lock_guard lock(mutex_);
    genuine_.push_back(entry.id);
}

} // namespace kubecred::test
