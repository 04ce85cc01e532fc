#include "storage/sessions/postgresql/PostgresConnection.h"
#include "SharedPostgres.h"
#include "support/SilentAddress.h"
#include "support/TemporaryDirectory.h"

#include <cppunit/extensions/HelperMacros.h>

#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <iterator>
#include <thread>
#include <utility>

namespace kubecred::test {

using storage::Fault;
using storage::PostgresConnection;
using storage::StorageError;

class PostgresConnectionTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(PostgresConnectionTest);
    CPPUNIT_TEST(keepsTheConnectionAfterAnError);
    CPPUNIT_TEST(readsColumnsByTheirType);
    CPPUNIT_TEST(losesTheConnectionAfterAMissedDeadline);
    CPPUNIT_TEST(noticesAConnectionThatWasEnded);
    CPPUNIT_TEST(tellsWhyItCannotConnect);
    CPPUNIT_TEST(leaksNothingWhenItCannotConnect);
    CPPUNIT_TEST(givesUpConnectingToAFrozenServer);
    CPPUNIT_TEST(triesEachHostInTurn);
    CPPUNIT_TEST(triesEachAddressOfAName);
    CPPUNIT_TEST(waitsForNoNameBeyondTheDeadline);
    CPPUNIT_TEST(prefersAStandbyButTakesAnother);
    CPPUNIT_TEST(opensNoPipeForACertificate);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override { settings_ = postgresSettings(sharedPostgres(), "postgres"); }

    void keepsTheConnectionAfterAnError() {
        PostgresConnection connection(settings_, resolver_, in(5000));
        connection.prepare("divide", "SELECT 1 / $1::bigint", in(5000));
        for (int i = 0; i < 3; ++i) {
            const std::array<std::string, 1> zero{"0"};
            CPPUNIT_ASSERT(faultOf([&] { connection.run("divide", zero, in(5000)); }) ==
                           Fault::valueRefused);
            CPPUNIT_ASSERT(connection.usable());
        }
        const std::array<std::string, 1> one{"1"};
        CPPUNIT_ASSERT(connection.run("divide", one, in(5000)).integer(0, 0) == 1);
    }

    void readsColumnsByTheirType() {
        PostgresConnection connection(settings_, resolver_, in(5000));
        connection.prepare("types",
                           "SELECT '018f3c00-abcd-7def-8123-456789abcdef'::uuid, -5::bigint, true, "
                           "'2026-01-31 09:05:00.042999'::timestamp, "
                           "'1999-12-31 23:59:59.9999'::timestamp, 'infinity'::timestamp, "
                           "'-infinity'::timestamp, '0044-03-15 12:00 BC'::timestamp, "
                           "'294276-12-31'::timestamp",
                           in(5000));
        const auto row = connection.run("types", {}, in(5000));
        CPPUNIT_ASSERT_EQUAL(std::string("018f3c00-abcd-7def-8123-456789abcdef"),
                             row.uuid(0, 0).toString());
        CPPUNIT_ASSERT_EQUAL(std::int64_t{-5}, row.integer(0, 1));
        CPPUNIT_ASSERT(row.boolean(0, 2));
        CPPUNIT_ASSERT_EQUAL(std::string("2026-01-31T09:05:00.042Z"),
                             toIso8601(row.timestamp(0, 3)));
        CPPUNIT_ASSERT_EQUAL(std::string("1999-12-31T23:59:59.999Z"),
                             toIso8601(row.timestamp(0, 4)));
        const std::string first = "0001-01-01T00:00:00.000Z";
        const std::string last = "9999-12-31T23:59:59.999Z";
        CPPUNIT_ASSERT_EQUAL(last, toIso8601(row.timestamp(0, 5)));
        CPPUNIT_ASSERT_EQUAL(first, toIso8601(row.timestamp(0, 6)));
        CPPUNIT_ASSERT_EQUAL(first, toIso8601(row.timestamp(0, 7)));
        CPPUNIT_ASSERT_EQUAL(last, toIso8601(row.timestamp(0, 8)));
        CPPUNIT_ASSERT(faultOf([&] { row.uuid(0, 1); }) == Fault::refused);
        CPPUNIT_ASSERT(faultOf([&] { row.integer(0, 2); }) == Fault::refused);
    }

    void losesTheConnectionAfterAMissedDeadline() {
        PostgresConnection connection(settings_, resolver_, in(5000));
        const auto begun = std::chrono::steady_clock::now();
        CPPUNIT_ASSERT(faultOf([&] { connection.script("SELECT pg_sleep(5)", in(200)); }) ==
                       Fault::timedOut);
        CPPUNIT_ASSERT(std::chrono::steady_clock::now() - begun < std::chrono::seconds(3));
        CPPUNIT_ASSERT(!connection.usable());
    }

    void noticesAConnectionThatWasEnded() {
        PostgresConnection connection(settings_, resolver_, in(5000));
        const auto id =
            std::string(connection.query("SELECT pg_backend_pid()", {}, in(5000)).text(0, 0));
        sharedPostgres().query("postgres", "SELECT pg_terminate_backend(" + id + ", 5000)");
        CPPUNIT_ASSERT(faultOf([&] { connection.script("SELECT 1", in(5000)); }) ==
                       Fault::unreachable);
        CPPUNIT_ASSERT(!connection.usable());
    }

    void tellsWhyItCannotConnect() {
        auto closed = settings_;
        closed.port = static_cast<std::uint16_t>(freePort());
        CPPUNIT_ASSERT(connectFault(closed) == Fault::unreachable);
        auto missing = settings_;
        missing.name = "no_such_database";
        CPPUNIT_ASSERT(connectFault(missing) == Fault::loginRefused);
        auto stranger = settings_;
        stranger.user = "no_such_user";
        CPPUNIT_ASSERT(connectFault(stranger) == Fault::loginRefused);
        for (const auto& [role, fault] :
             {std::pair("full_role LOGIN CONNECTION LIMIT 0", Fault::tooManyConnections),
              std::pair("group_role NOLOGIN", Fault::loginRefused),
              std::pair("kept_out LOGIN", Fault::loginRefused)}) {
            sharedPostgres().query("postgres", "CREATE ROLE " + std::string(role));
            auto refused = settings_;
            refused.user = std::string(role).substr(0, std::string(role).find(' '));
            if (refused.user == "kept_out") {
                refused.name = sharedPostgres().createDatabase();
                sharedPostgres().query("postgres", "REVOKE CONNECT ON DATABASE " + refused.name +
                                                       " FROM PUBLIC");
            }
            CPPUNIT_ASSERT_MESSAGE(role, connectFault(refused) == fault);
        }
        auto encrypted = settings_;
        encrypted.sslMode = "require"; // which this server does not do
        CPPUNIT_ASSERT(connectFault(encrypted) == Fault::tlsFailed);
        auto standby = settings_;
        standby.targetSessionAttrs = "standby";
        CPPUNIT_ASSERT(connectFault(standby) != Fault::schemaMissing);
    }

    void leaksNothingWhenItCannotConnect() {
        auto missing = settings_;
        missing.name = "no_such_database";
        connectFault(missing);
        const auto before = descriptors();
        for (int i = 0; i < 100; ++i)
            connectFault(missing);
        CPPUNIT_ASSERT_EQUAL(before, descriptors());
    }

    void givesUpConnectingToAFrozenServer() {
        PostgresConnection connection(settings_, resolver_, in(5000));
        sharedPostgres().freeze();
        const auto begun = std::chrono::steady_clock::now();
        const auto fault = connectFault(settings_, 500);
        const auto took = std::chrono::steady_clock::now() - begun;
        const auto runFault = faultOf([&] { connection.script("SELECT 1", in(300)); });
        sharedPostgres().thaw();
        CPPUNIT_ASSERT(fault == Fault::timedOut);
        CPPUNIT_ASSERT(runFault == Fault::timedOut);
        CPPUNIT_ASSERT(took < std::chrono::seconds(2));
    }

    void triesEachHostInTurn() {
        const SilentAddress silent("::1", settings_.port);
        settings_.host = "::1,127.0.0.1";
        PostgresConnection connection(settings_, resolver_, in(4000));
        connection.script("SELECT 1", in(5000));
        settings_.name = "no_such_database";
        CPPUNIT_ASSERT(connectFault(settings_, 2000) == Fault::loginRefused);
        settings_.host = "127.0.0.1,::1"; // what a server says tells more than silence
        CPPUNIT_ASSERT(connectFault(settings_, 2000) == Fault::loginRefused);
    }

    void triesEachAddressOfAName() {
        const SilentAddress silent("::1", settings_.port);
        settings_.host = "two.test";
        const Resolver resolver([](const std::string& host) {
            CPPUNIT_ASSERT_EQUAL(std::string("two.test"), host);
            return Resolver::Addresses{"::1", "127.0.0.1"};
        });
        PostgresConnection connection(settings_, resolver, in(4000));
        connection.script("SELECT 1", in(5000));
    }

    void waitsForNoNameBeyondTheDeadline() {
        settings_.host = "slow.test";
        const Resolver slow([](const std::string&) {
            std::this_thread::sleep_for(std::chrono::seconds(4));
            return Resolver::Addresses();
        });
        const auto begun = std::chrono::steady_clock::now();
        CPPUNIT_ASSERT(faultOf([&] { PostgresConnection connection(settings_, slow, in(300)); }) ==
                       Fault::timedOut);
        CPPUNIT_ASSERT(std::chrono::steady_clock::now() - begun < std::chrono::seconds(3));
        const Resolver unknown([](const std::string&) { return Resolver::Addresses(); });
        CPPUNIT_ASSERT(faultOf([&] {
                           PostgresConnection connection(settings_, unknown, in(5000));
                       }) == Fault::unreachable);
    }

    void prefersAStandbyButTakesAnother() {
        settings_.targetSessionAttrs = "prefer-standby";
        PostgresConnection connection(settings_, resolver_, in(5000));
        connection.script("SELECT 1", in(5000));
    }

    void opensNoPipeForACertificate() {
        const TemporaryDirectory directory;
        settings_.sslMode = "verify-ca";
        settings_.sslRootCert = (directory.path() / "pipe").string();
        CPPUNIT_ASSERT_EQUAL(0, mkfifo(settings_.sslRootCert.c_str(), 0600));
        CPPUNIT_ASSERT(connectFault(settings_) == Fault::tlsFailed);
    }

private:
    static Deadline in(int milliseconds) {
        return std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
    }

    template <typename Action>
    static std::optional<Fault> faultOf(Action action) {
        try {
            action();
        } catch (const StorageError& error) {
            return error.fault();
        }
        return std::nullopt;
    }

    static std::optional<Fault> connectFault(const storage::PostgresSettings& settings,
                                             int milliseconds = 5000) {
        return faultOf(
            [&] { PostgresConnection connection(settings, Resolver(), in(milliseconds)); });
    }

    static std::ptrdiff_t descriptors() {
        return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                             std::filesystem::directory_iterator());
    }

    storage::PostgresSettings settings_;
    const Resolver resolver_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(PostgresConnectionTest);

} // namespace kubecred::test
