#include "functional/PostgresDaemon.h"

#include <fstream>
#include <sstream>
#include <thread>

namespace kubecred::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How many connections to this port of 127.0.0.1 some process has open on the port's side. The
// kernel's table (proc(5)) names a socket without a process with the inode 0.
int connectionsTo(int port) {
    std::ifstream table("/proc/net/tcp");
    std::string line;
    std::getline(table, line);
    int count = 0;
    while (std::getline(table, line)) {
        std::istringstream row(line);
        std::string slot, local, remote, state, queues, timer, retransmits, user, timeout, inode;
        row >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> user >>
            timeout >> inode;
        const bool isListener = state == "0A";
        if (std::stoi(local.substr(local.find(':') + 1), nullptr, 16) == port && !isListener &&
            inode != "0")
            ++count;
    }
    return count;
}

void assertNoConnectionStays(int port, milliseconds most) {
    const auto deadline = steady_clock::now() + most;
    int open = connectionsTo(port);
    while (open > 0 && steady_clock::now() < deadline) {
        std::this_thread::sleep_for(milliseconds(20));
        open = connectionsTo(port);
    }
    CPPUNIT_ASSERT_EQUAL(0, open);
}

} // namespace

/// Clients that leave while their requests wait for the database.
class AbandonedRequestTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(AbandonedRequestTest);
    CPPUNIT_TEST(costsNothingOnceTheDatabaseAnswers);
    CPPUNIT_TEST(costsNothingOnceItHasTimedOut);
    CPPUNIT_TEST(makesRoomForAnother);
    CPPUNIT_TEST_SUITE_END();

public:
    void costsNothingOnceTheDatabaseAnswers() {
        PostgresDaemon postgres;
        abandonRequests(postgres, 60);
        CPPUNIT_ASSERT(connectionsTo(postgres.port()) > 0); // or nothing was abandoned
        postgres.server().thaw();
        assertNoConnectionStays(postgres.port(), PostgresDaemon::answerTime);
        postgres.assertUnharmed();
    }

    void costsNothingOnceItHasTimedOut() {
        PostgresDaemon postgres;
        abandonRequests(postgres, 60);
        assertNoConnectionStays(postgres.port(), PostgresDaemon::answerTime);
        postgres.assertUnharmed();
    }

    void makesRoomForAnother() {
        PostgresDaemon postgres("http.maxConnections", "20");
        assertNoConnectionStays(postgres.port(), PostgresDaemon::answerTime);
        abandonRequests(postgres, 20);
        CPPUNIT_ASSERT_EQUAL(503, request(postgres.port(), "GET", "/health").status);
        assertNoConnectionStays(postgres.port(), PostgresDaemon::answerTime);
        CPPUNIT_ASSERT_EQUAL(200, request(postgres.port(), "GET", "/health").status);
        postgres.assertUnharmed();
    }

private:
    // Freezes the database. Some clients close, some close with an unread request behind the one
    // that waits, and some reset the connection.
    static void abandonRequests(PostgresDaemon& postgres, int count) {
        postgres.server().freeze();
        std::vector<std::unique_ptr<RawConnection>> clients;
        for (int i = 0; i < count; ++i) {
            const auto bytes = i % 2 == 0 ? verifyRequest() : issueRequest(std::to_string(i));
            clients.push_back(std::make_unique<RawConnection>(postgres.port()));
            clients.back()->send(i % 3 == 0 ? bytes + bytes : bytes);
        }
        CPPUNIT_ASSERT(clients.back()->staysSilent());
        for (std::size_t i = 0; i < clients.size(); i += 4)
            clients[i]->reset();
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(AbandonedRequestTest);

} // namespace kubecred::test
