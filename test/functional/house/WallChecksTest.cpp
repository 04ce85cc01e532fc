#include "Walls.h"

#include <cppunit/extensions/HelperMacros.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace kubecred::test {
namespace {

const std::filesystem::path root = KUBECRED_SOURCE_DIR;

} // namespace

/// The checks of the walls, tried by what breaks them.
class WallChecksTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(WallChecksTest);
    CPPUNIT_TEST(knowsNoOtherRooms);
    CPPUNIT_TEST(aWrongIncludeIsSeen);
    CPPUNIT_TEST(aRightIncludeIsLetThrough);
    CPPUNIT_TEST(sqlIsSeenHoweverItIsSpelled);
    CPPUNIT_TEST(textsForPeopleAreNoSql);
    CPPUNIT_TEST_SUITE_END();

public:
    void knowsNoOtherRooms() {
        for (const char* file : {"app/src/attic/Box.cpp", "app/src/Box.cpp",
                                 "app/src/httpd/Box.cpp", "modules/revocation/src/Box.cpp"})
            CPPUNIT_ASSERT_MESSAGE(file, roomOf(file) == nullptr);
    }

    void aWrongIncludeIsSeen() {
        const std::vector<std::pair<std::string, std::string>> violations{
            {"app/src/http/Address.cpp", R"(#include "storage/Database.h")"},
            {"app/src/http/Address.cpp", R"(#include "../storage/Database.h")"},
            {"app/src/http/Address.cpp", R"(#include "./../storage/Database.h")"},
            {"app/src/http/Address.cpp", "#include <storage/Database.h>"},
            {"app/src/http/Address.cpp", "  #  include   <Poco/Data/Session.h>  // why not"},
            {"app/src/http/Address.cpp", "#include /* here */ <Poco/Data/Session.h>"},
            {"app/src/http/Address.cpp", "#include \\\n<Poco/Data/Session.h>"},
            {"app/src/http/Address.cpp", "#define A <Poco/Data/Session.h>\n#include A"},
            {"app/src/http/Address.cpp", "#include_next <libpq-fe.h>"},
            {"app/src/http/Address.cpp", "%:include <libpq-fe.h>"},
            {"app/src/http/connection/Server.h", R"(#include "../../storage/Database.h")"},
            {"app/src/http/connection/Server.h", R"(#include "../dispatch/Cors.h")"},
            {"app/src/http/Address.cpp", R"(#include "Missing.h")"},
            {"app/src/http/Address.cpp",
             "#include \"" + (root / "app/src/http/Address.h").string() + "\""},
            {"app/src/storage/Fault.cpp", R"(#include "http/Address.h")"},
            {"app/src/storage/Fault.cpp", R"(#include "peer/PeerError.h")"},
            {"app/src/storage/Fault.cpp", "#include <Poco/Net/StreamSocket.h>"},
            {"app/src/peer/Connecting.cpp", R"(#include "storage/Fault.h")"},
            {"app/src/peer/Connecting.cpp", R"(#include "http/Address.h")"},
            {"app/src/peer/Connecting.cpp", "#include <sqlite3.h>"},
            {"app/src/auth/KeyRing.cpp", R"(#include "host/daemon/Daemon.h")"},
            {"app/src/core/Text.cpp", R"(#include "auth/KeyRing.h")"},
            {"app/src/core/http/Router.cpp", R"(#include "http/Address.h")"},
            {"app/src/host/main.cpp", "#include <libpq-fe.h>"},
            {"app/include/kubecred/Text.h", R"(#include "storage/Fault.h")"},
            {"app/include/kubecred/Text.h", "#include <Poco/Net/StreamSocket.h>"},
            {"modules/issuance/src/IssueHandler.cpp", R"(#include "host/daemon/Daemon.h")"},
            {"modules/issuance/src/IssueHandler.cpp", "#include <Poco/JSON/Object.h>"},
            {"modules/issuance/src/IssueHandler.cpp", R"(#include "VerifyHandler.h")"},
            {"modules/issuance/src/IssueHandler.cpp",
             R"(#include "../../verification/src/VerifyHandler.h")"},
            {"app/src/attic/Box.cpp", ""},
        };
        for (const auto& [file, text] : violations)
            CPPUNIT_ASSERT_EQUAL_MESSAGE(file + ": " + text, std::size_t{1},
                                         wrongIncludes(root, file, text).size());
    }

    void aRightIncludeIsLetThrough() {
        const std::vector<std::pair<std::string, std::string>> includes{
            {"app/src/http/Address.cpp", R"(#include "Address.h")"},
            {"app/src/http/Address.cpp", R"(#include "kubecred/Text.h")"},
            {"app/src/http/Address.cpp", R"(#include "auth/Authorizer.h")"},
            {"app/src/http/Address.cpp", "#include <string>"},
            {"app/src/http/Address.cpp", R"(// #include "storage/Database.h")"},
            {"app/src/http/Address.cpp", "/*\n#include \"storage/Database.h\"\n*/"},
            {"app/src/http/Address.cpp", "const char* a = R\"x(\n#include \"a.h\"\n)x\";"},
            {"app/src/http/connection/Server.h", R"(#include "EventLoop.h")"},
            {"app/src/http/connection/Server.h", R"(#include "connection/EventLoop.h")"},
            {"app/src/http/connection/Server.h", R"(#include "http/Address.h")"},
            {"app/src/storage/Fault.cpp", "#include <libpq-fe.h>"},
            {"app/src/host/main.cpp", R"(#include "storage/Database.h")"},
            {"modules/issuance/src/IssueHandler.cpp", R"(#include "IssuanceService.h")"},
        };
        for (const auto& [file, text] : includes)
            for (const auto& wrong : wrongIncludes(root, file, text))
                CPPUNIT_FAIL(wrong);
    }

    void sqlIsSeenHoweverItIsSpelled() {
        for (const std::string code :
             {R"x(f("SELECT id FROM credentials");)x",
              R"x(f("select id from credentials");)x",
              R"x(f("Select 1");)x",
              R"x(f("SELECT now()");)x",
              R"x(f("select count(*)");)x",
              "f(\"SELECT id\"\n  \" FROM credentials\");",
              "f(\"sel\"\n  // go on\n  \"ect id\" /* and */ \" from credentials\");",
              "f(R\"sql(\n  select id\n  from credentials\n)sql\");",
              R"x(f("select " + columns + " from " + table);)x",
              R"x(f("delete" + std::string(" from ") + table);)x",
              R"x(f("insert into credentials values (1)");)x",
              R"x(f("INSERT\nINTO credentials");)x",
              R"x(f("update credentials set name = 'x'");)x",
              R"x(f("UPDATE " + table + " SET x = 1");)x",
              R"x(f("delete from credentials");)x",
              R"x(f("truncate credentials");)x",
              R"x(f("truncate table credentials");)x",
              R"x(f("with a as (select 1) insert into b table a");)x",
              R"x(f("WITH gone AS (" + inner + ") TABLE gone");)x",
              R"x(f("alter table credentials add x int");)x",
              R"x(f("drop index if exists x");)x",
              R"x(f("create unique index x on y (z)");)x",
              R"x(f("create or replace function x()");)x",
              R"x(f("grant select on credentials to x");)x",
              R"x(f("REVOKE ALL ON x FROM y");)x",
              R"x(f("pragma journal_mode = wal");)x",
              "f(\"SELECT 1 \\\nFROM x\");",
              R"x(char c = '"'; f("select id from x"); char d = '"';)x",
              R"x(int n = 1'000; f("select id from x");)x"})
            CPPUNIT_ASSERT_MESSAGE(code, !sqlIn(code).empty());
    }

    void textsForPeopleAreNoSql() {
        for (const std::string code :
             {R"x(f("apply pending migrations and exit");)x", R"x(// SELECT id FROM credentials)x",
              R"x(/* delete from x */ f("deleted");)x", R"x(f("select one of these");)x",
              R"x(f("from"); g("select");)x", R"x(f("update the settings");)x",
              R"x(f("print a new API key, with the entry to keep");)x",
              R"x(f("create a table in the hall");)x"})
            for (const auto& text : sqlIn(code))
                CPPUNIT_FAIL(text);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(WallChecksTest);

} // namespace kubecred::test
