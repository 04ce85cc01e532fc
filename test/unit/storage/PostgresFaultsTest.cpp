#include "storage/sessions/postgresql/PostgresFaults.h"

#include <cppunit/extensions/HelperMacros.h>

#include <set>
#include <string>

namespace kubecred::test {

using storage::Fault;

class PostgresFaultsTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(PostgresFaultsTest);
    CPPUNIT_TEST(knowsSqlStates);
    CPPUNIT_TEST(knowsConnectMessages);
    CPPUNIT_TEST(readsSqlStatesInConnectMessages);
    CPPUNIT_TEST(everyFaultHasItsName);
    CPPUNIT_TEST(knowsWhatOutdatesAConnection);
    CPPUNIT_TEST_SUITE_END();

public:
    void knowsSqlStates() {
        const struct {
            const char* state;
            Fault fault;
        } cases[] = {{"25006", Fault::readOnly},
                     {"3F000", Fault::schemaMissing},
                     {"42P01", Fault::schemaMissing},
                     {"53100", Fault::storageFull},
                     {"53300", Fault::tooManyConnections},
                     {"55P03", Fault::locked},
                     {"40P01", Fault::conflict},
                     {"40001", Fault::conflict},
                     {"57014", Fault::timedOut},
                     {"42501", Fault::permissionDenied},
                     {"28P01", Fault::loginRefused},
                     {"28000", Fault::loginRefused},
                     {"3D000", Fault::loginRefused},
                     {"08006", Fault::unreachable},
                     {"57P01", Fault::unreachable},
                     {"57P03", Fault::unreachable},
                     {"23505", Fault::refused},
                     {"22021", Fault::valueRefused},
                     {"22001", Fault::valueRefused},
                     {"54000", Fault::valueRefused},
                     {"XX000", Fault::refused},
                     {"", Fault::refused},
                     {"0", Fault::refused},
                     {"42601", Fault::refused}};
        for (const auto& [state, fault] : cases)
            CPPUNIT_ASSERT_MESSAGE(state, storage::faultOfSqlState(state) == fault);
    }

    void knowsConnectMessages() {
        const struct {
            const char* message;
            Fault fault;
        } cases[] = {
            {"connection to server at \"h\" (10.0.0.1), port 5432 failed: timeout expired\n",
             Fault::timedOut},
            {"fe_sendauth: no password supplied\n", Fault::loginRefused},
            {"root certificate file \"f\" does not exist\n", Fault::tlsFailed},
            {"SSL error: certificate verify failed\n", Fault::tlsFailed},
            {"server does not support SSL, but SSL was required\n", Fault::tlsFailed},
            {"session is read-only\n", Fault::readOnly},
            {"server is in hot standby mode\n", Fault::readOnly},
            {"session is not read-only\n", Fault::refused},
            {"server is not in hot standby mode\n", Fault::refused},
            {"Connection refused\n\tIs the server running?\n", Fault::unreachable},
            {"could not translate host name \"h\" to address\n", Fault::unreachable},
            {"", Fault::unreachable}};
        for (const auto& [message, fault] : cases)
            CPPUNIT_ASSERT_MESSAGE(message, storage::faultOfConnectMessage(message) == fault);
    }

    // The severity, too, is in the language of the server.
    void readsSqlStatesInConnectMessages() {
        const struct {
            const char* message;
            Fault fault;
        } cases[] = {{"failed: FATAL:  28P01\n", Fault::loginRefused},
                     {"failed: FATAL:  28000\n", Fault::loginRefused},
                     {"failed: SCHWERWIEGEND:  3D000\n", Fault::loginRefused},
                     {"failed: \xe8\x87\xb4\xe5\x91\xbd:  42501\n", Fault::loginRefused},
                     {"failed: FATAL:  53300\n", Fault::tooManyConnections},
                     {"failed: FATAL:  57P03\n", Fault::unreachable},
                     {"failed: FATAL:  55000\n", Fault::unreachable},
                     {"failed: FATAL:  28000", Fault::loginRefused},
                     {"SSL error: certificate\nfailed: FATAL:  53300\n", Fault::tooManyConnections},
                     {"failed: FATAL:  28000\nfailed: FATAL:  53300\n", Fault::tooManyConnections},
                     {"failed: FATAL:  28P01\nfailed: Connection refused\n", Fault::loginRefused},
                     // What only looks like one.
                     {"failed: FATAL:  28P0\n", Fault::unreachable},
                     {"failed: FATAL:  28p01\n", Fault::unreachable},
                     {"failed: FATAL: 28P01\n", Fault::unreachable},
                     {":  \n", Fault::unreachable}};
        for (const auto& [message, fault] : cases)
            CPPUNIT_ASSERT_MESSAGE(message, storage::faultOfConnectMessage(message) == fault);
    }

    void knowsWhatOutdatesAConnection() {
        for (const char* harmless :
             {"22012", "23505", "40P01", "40001", "54000", "55P03", "57014", "P0001"})
            CPPUNIT_ASSERT_MESSAGE(harmless, storage::leavesConnectionAsItWas(harmless));
        for (const char* outdating : {"0A000", "25006", "26000", "42P01", "42501", "57P01", ""})
            CPPUNIT_ASSERT_MESSAGE(outdating, !storage::leavesConnectionAsItWas(outdating));
    }

    void everyFaultHasItsName() {
        std::set<std::string> names;
        for (int fault = 0; fault <= static_cast<int>(Fault::refused); ++fault) {
            const storage::StorageError error(static_cast<Fault>(fault));
            CPPUNIT_ASSERT_EQUAL(fault, static_cast<int>(error.fault()));
            CPPUNIT_ASSERT_EQUAL(std::string(storage::nameOf(error.fault())),
                                 std::string(error.what()));
            names.insert(error.what());
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{15}, names.size());
        CPPUNIT_ASSERT(names.contains("schema missing") && names.contains("unreachable"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PostgresFaultsTest);

} // namespace kubecred::test
