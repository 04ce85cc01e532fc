#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <thread>
#include <vector>

namespace kubecred::test {

/// Clients that connect and leave at once: a connection then ends on one thread while another one
/// has hardly let go of it.
class HastyClientTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HastyClientTest);
    CPPUNIT_TEST(survivesThem);
    CPPUNIT_TEST_SUITE_END();

public:
    void survivesThem() {
        Daemon daemon({sqliteProperties()});
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
        std::vector<std::thread> clients;
        for (int i = 0; i < 8; ++i)
            clients.emplace_back([&] {
                try {
                    while (std::chrono::steady_clock::now() < end)
                        RawConnection(daemon.port());
                } catch (const std::exception&) {
                    // Refused, where the daemon is gone: told below.
                }
            });
        for (auto& client : clients)
            client.join();
        CPPUNIT_ASSERT(daemon.process().running());
        CPPUNIT_ASSERT_EQUAL(200, request(daemon.port(), "GET", "/health").status);
        CPPUNIT_ASSERT_EQUAL(0, daemon.stop());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(HastyClientTest);

} // namespace kubecred::test
