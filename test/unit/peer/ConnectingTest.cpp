#include "peer/Connecting.h"

#include "peer/PeerError.h"
#include "support/SilentAddress.h"

#include <Poco/Net/ServerSocket.h>

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <string>

namespace kubecred::test {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// How a host by its name becomes a connection.
class ConnectingTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ConnectingTest);
    CPPUNIT_TEST(connectsToAnAddress);
    CPPUNIT_TEST(triesEachAddressOfAName);
    CPPUNIT_TEST(waitsNoLongerThanTheDeadline);
    CPPUNIT_TEST(saysWhyItCannot);
    CPPUNIT_TEST_SUITE_END();

public:
    void connectsToAnAddress() { CPPUNIT_ASSERT(isConnected("127.0.0.1", Resolver(), 4s)); }

    void triesEachAddressOfAName() {
        const SilentAddress silent("127.1.2.3", port());
        const auto begun = steady_clock::now();
        CPPUNIT_ASSERT(
            isConnected("two.test", answering({"127.1.2.3", "127.1.2.4", "127.0.0.1"}), 3s));
        const auto took = steady_clock::now() - begun;
        CPPUNIT_ASSERT(took >= 1s); // the share of the first, which is silent
        CPPUNIT_ASSERT(took < 3s);
    }

    void waitsNoLongerThanTheDeadline() {
        const SilentAddress silent("127.1.2.3", port());
        const auto begun = steady_clock::now();
        CPPUNIT_ASSERT_EQUAL(std::string("unreachable"),
                             failure(answering({"127.1.2.3", "127.1.2.3"}), 200ms));
        CPPUNIT_ASSERT_EQUAL(std::string("timed out"), failure(Resolver([](const std::string&) {
                                                                   std::this_thread::sleep_for(3s);
                                                                   return Resolver::Addresses();
                                                               }),
                                                               200ms));
        CPPUNIT_ASSERT(steady_clock::now() - begun < 2s);
    }

    void saysWhyItCannot() {
        CPPUNIT_ASSERT_EQUAL(std::string("unreachable"), failure(answering({}), 3s));
        CPPUNIT_ASSERT_EQUAL(std::string("unreachable"), failure(answering({"127.1.2.4"}), 3s));
    }

private:
    int port() const { return server_.address().port(); }

    static Resolver answering(Resolver::Addresses addresses) {
        return Resolver(
            [addresses = std::move(addresses)](const std::string&) { return addresses; });
    }

    bool isConnected(const std::string& host, const Resolver& resolver,
                     std::chrono::milliseconds patience) const {
        const auto socket = peer::connectTo(host, server_.address().port(), resolver,
                                            steady_clock::now() + patience);
        return socket.peerAddress() == server_.address();
    }

    std::string failure(const Resolver& resolver, std::chrono::milliseconds patience) const {
        try {
            isConnected("name.test", resolver, patience);
        } catch (const peer::PeerError& error) {
            return error.what();
        }
        return "connected";
    }

    const Poco::Net::ServerSocket server_{Poco::Net::SocketAddress("127.0.0.1", 0)};
};

CPPUNIT_TEST_SUITE_REGISTRATION(ConnectingTest);

} // namespace kubecred::test
