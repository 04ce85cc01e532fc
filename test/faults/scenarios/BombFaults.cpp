#include "faults/FaultScenario.h"
#include "faults/Requests.h"
#include "support/ProcessStatus.h"

#include <Poco/Exception.h>

#include <cstdint>
#include <string>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

namespace kubecred::test {
namespace {

constexpr std::size_t endless = std::size_t(1) << 40;

/// A request that is made to hurt: how it begins, what follows over and over, and how much.
struct Bomb {
    std::string name;
    std::string begin;
    std::string more;
    std::size_t bytes; ///< of what follows, at most
    std::string statuses;
};

std::string head(const std::string& fields) {
    return "POST /issuance/credentials HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" +
           fields;
}

std::string fields(int count) {
    std::string text;
    for (int i = 0; i < count; ++i)
        text += "X-" + std::to_string(i) + ": a\r\n";
    return text;
}

std::vector<Bomb> bombs() {
    const std::string thousand(1000, 'a');
    const std::string chunked = head("Transfer-Encoding: chunked\r\n\r\n");
    return {
        {"endless chunks", chunked, "3e8\r\n" + thousand + "\r\n", endless, "413"},
        {"endless tiny chunks", chunked, "1\r\na\r\n", endless, "413"},
        {"endless chunk extension", chunked + "1;", thousand, endless, "413 400"},
        {"chunks beyond 100 KiB", chunked, "3e8\r\n" + thousand + "\r\n", 110 * 1007, "413"},
        {"header of 17 KiB", head(""), "X: " + std::string(1019, 'a') + "\r\n", 17 * 1024, "431"},
        {"101 fields", head(fields(101) + "\r\n"), "", 0, "431"},
        {"field of 1 MB", head("X: "), thousand, 1000000, "431"},
        {"endless field", head("X: "), thousand, endless, "431"},
        {"request line of 1 MB", "GET /", thousand, 1000000, "431 400"},
        {"1 GB announced", head("Content-Length: 1000000000\r\n\r\n"), "", 0, "413"},
        {"10 MB sent", head("Content-Length: 10000000\r\n\r\n"), thousand, 10000000, "413"},
        {"endless empty lines", "", "\r\n", endless, "400"},
        {"endless noise", "", "\x16\x03\x01\x02", endless, "400"},
        {"pipelined and unread", "", requestBytes("GET", "/health"), endless, "200"},
    };
}

} // namespace

/// Requests that are made to hurt: each is answered or cut off, and nobody else feels it.
class BombFaults : public FaultScenario {
    CPPUNIT_TEST_SUITE(BombFaults);
    CPPUNIT_TEST(everyBomb);
    CPPUNIT_TEST(keysThatCollide);
    CPPUNIT_TEST_SUITE_END();

public:
    void everyBomb() {
        Daemon& worker =
            startWorker({{"http.requestTimeoutSeconds", "1"}, {"http.idleTimeoutSeconds", "1"}});
        underLoad("endless bodies, headers, chunks and pipelines", [&](Load& load) {
            load.waitForIssued(rounds(200, 2000));
            const auto before = residentKilobytes(worker.process().id());
            for (int i = 0; i < rounds(1, 20); ++i)
                for (const auto& bomb : bombs())
                    throwSome(worker, bomb);
            const auto grown = residentKilobytes(worker.process().id()) - before;
            CPPUNIT_ASSERT_MESSAGE("grown by " + std::to_string(grown) + " kB", grown <= 20 * 1024);
        });
    }

    // Keys that a hash table of the standard library puts into one bucket took 27 times as long as
    // any others.
    void keysThatCollide() {
        Daemon& worker = startWorker();
        const auto process = worker.process().id();
        const auto secondsFor = [&](const std::string& body) {
            const auto before = cpuSeconds(process);
            for (int i = 0; i < rounds(30, 200); ++i)
                CPPUNIT_ASSERT_EQUAL(400,
                                     post(worker.port(), "/issuance/credentials", body).status);
            return cpuSeconds(process) - before;
        };
        const auto usual = secondsFor(objectOf(usualKeys()));
        const auto colliding = secondsFor(objectOf(collidingKeys()));
        CPPUNIT_ASSERT_MESSAGE(std::to_string(usual) + " s, then " + std::to_string(colliding),
                               colliding < 5 * usual);
    }

private:
    static constexpr int keys = 9000;

    static std::string keyOf(std::uint64_t number) {
        std::string key = "00000";
        for (char& digit : key) {
            digit = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"[number % 64];
            number /= 64;
        }
        return key;
    }

    static std::vector<std::string> usualKeys() {
        std::vector<std::string> chosen;
        for (std::uint64_t i = 0; i < keys; ++i)
            chosen.push_back(keyOf(i * 7919));
        return chosen;
    }

    static std::vector<std::string> collidingKeys() {
        std::unordered_set<std::string> table;
        for (int i = 0; i < keys; ++i)
            table.insert(std::to_string(i));
        std::vector<std::string> chosen;
        for (std::uint64_t i = 0; chosen.size() < keys; ++i)
            if (auto key = keyOf(i); std::hash<std::string>()(key) % table.bucket_count() == 0)
                chosen.push_back(std::move(key));
        return chosen;
    }

    static std::string objectOf(const std::vector<std::string>& names) {
        std::string text;
        for (const auto& name : names)
            text += (text.empty() ? "{\"" : ",\"") + name + "\":0";
        return text + "}";
    }

    static void throwSome(Daemon& worker, const Bomb& bomb) {
        constexpr int atOnce = 10;
        std::vector<std::string> received(atOnce);
        std::vector<std::thread> throwers;
        for (auto& bytes : received)
            throwers.emplace_back([&] { bytes = bytesFor(worker.port(), bomb); });
        for (auto& thrower : throwers)
            thrower.join();
        for (auto& bytes : received)
            check(bomb, bytes);
        const auto next = request(worker.port(), "GET", "/health");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(bomb.name, 200, next.status);
    }

    // Sends until it was all, or until the other side has had enough.
    static std::string bytesFor(int port, const Bomb& bomb) {
        RawConnection connection(port);
        std::string block;
        while (!bomb.more.empty() && block.size() < 16384)
            block += bomb.more;
        try {
            connection.send(bomb.begin);
            for (std::size_t sent = 0; sent < bomb.bytes; sent += block.size())
                connection.send(block);
        } catch (const Poco::Exception&) {
            return answersOf(connection); // cut off
        }
        return answersOf(connection);
    }

    static std::string answersOf(RawConnection& connection) {
        try {
            return connection.receiveUntilClosed();
        } catch (const std::exception&) {
            return "not closed";
        }
    }

    // Where it was cut off while it was still sending, the answer may have gone with it.
    static void check(const Bomb& bomb, std::string bytes) {
        CPPUNIT_ASSERT_MESSAGE(bomb.name, bytes != "not closed");
        int count = 0;
        while (const auto answer = takeAnswer(bytes)) {
            ++count;
            CPPUNIT_ASSERT_MESSAGE(bomb.name + ": " + std::to_string(answer->status),
                                   bomb.statuses.find(std::to_string(answer->status)) !=
                                       std::string::npos);
        }
        CPPUNIT_ASSERT_MESSAGE(bomb.name + ": no answer", count > 0 || bomb.bytes == endless);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(BombFaults);

} // namespace kubecred::test
