#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <Poco/JSON/Parser.h>

#include <array>
#include <map>
#include <memory>
#include <set>

namespace kubecred::test {
namespace {

// By caller: without a key, with one that nobody knows, with one of the scope issue, verify, admin,
// peer.
using Statuses = std::array<int, 6>;

constexpr Statuses open{200, 200, 200, 200, 200, 200};
constexpr Statuses forAdmins{401, 401, 403, 403, 200, 403};

// What an empty request gets from every route of the program: 400 from those that want a body.
const std::map<std::string, Statuses> table{
    {"GET /health", open},
    {"GET /health/details", forAdmins},
    {"GET /issuance/health", open},
    {"GET /issuance/health/details", forAdmins},
    {"GET /metrics", forAdmins},
    {"GET /verification/health", open},
    {"GET /verification/health/details", forAdmins},
    {"POST /internal/credentials", {401, 401, 403, 403, 403, 400}},
    {"POST /issuance/credentials", {401, 401, 400, 403, 403, 403}},
    {"POST /verification/credentials", {401, 401, 403, 400, 403, 403}},
};

} // namespace

/// Every route by every scope and by none. The routes are those that the program itself tells of.
class AccessTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(AccessTest);
    CPPUNIT_TEST(everyRouteHasItsLine);
    CPPUNIT_TEST(everyCallerGetsWhatTheTableSays);
    CPPUNIT_TEST(headAndSlashOpenNothing);
    CPPUNIT_TEST(everybodyMayAskWhatIsAllowed);
    CPPUNIT_TEST(whatNobodyMayCallIsNotThere);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        std::string entries;
        for (const char* scope : {"issue", "verify", "admin"}) {
            const auto made = createKey(scope, scope);
            keys_.push_back(made.key);
            entries += made.entry + " ";
        }
        keys_.emplace_back("between the services");
        daemon_ = std::make_unique<Daemon>(DaemonOptions{
            sqliteProperties(
                {{"issuance.auth", "keys"}, {"verification.auth", "keys"}, {"log.level", "debug"}}),
            {{"API_KEYS", entries}, {"CROSS_CHECK_KEY", keys_.back()}}});
    }

    void tearDown() override { daemon_.reset(); }

    void everyRouteHasItsLine() {
        std::set<std::string> listed;
        for (const auto& [route, statuses] : table)
            listed.insert(route);
        CPPUNIT_ASSERT_EQUAL(joined(listed), joined(routes()));
    }

    void everyCallerGetsWhatTheTableSays() {
        for (const auto& [route, statuses] : table)
            for (std::size_t caller = 0; caller < statuses.size(); ++caller)
                for (const bool bearer : {true, false})
                    CPPUNIT_ASSERT_EQUAL_MESSAGE(route + ", caller " + std::to_string(caller),
                                                 statuses[caller],
                                                 ask(route, headersOf(caller, bearer)).status);
    }

    void headAndSlashOpenNothing() {
        for (const std::string method : {"HEAD", "GET"})
            for (const std::string path : {"/metrics", "/metrics/", "/health/details/?x=1"}) {
                RawConnection connection(daemon_->port());
                connection.send(requestBytes(method, path));
                CPPUNIT_ASSERT_EQUAL(401, connection.receive(method == "HEAD").status);
            }
    }

    void everybodyMayAskWhatIsAllowed() {
        for (const auto& [route, statuses] : table) {
            const auto path = route.substr(route.find(' ') + 1);
            CPPUNIT_ASSERT_EQUAL(204, request(daemon_->port(), "OPTIONS", path).status);
            CPPUNIT_ASSERT_EQUAL(405, request(daemon_->port(), "DELETE", path).status);
        }
    }

    // By no method, and with the answer of a path that was never there.
    void whatNobodyMayCallIsNotThere() {
        const Daemon open({sqliteProperties()});
        const std::vector<std::string> headers{
            "X-Request-Id: the-same", "Origin: https://app.example.org",
            "Access-Control-Request-Method: GET", "Access-Control-Request-Headers: authorization"};
        int hidden = 0;
        for (const auto& [route, statuses] : table) {
            if (statuses != forAdmins && !route.ends_with("/internal/credentials"))
                continue;
            ++hidden;
            const auto path = route.substr(route.find(' ') + 1);
            for (const std::string method : {"GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"}) {
                const auto answer = request(open.port(), method, path, {}, headers);
                auto expected = request(open.port(), method, "/nowhere", {}, headers);
                CPPUNIT_ASSERT_EQUAL_MESSAGE(method + " " + path, 404, answer.status);
                CPPUNIT_ASSERT_EQUAL(expected.body, answer.body);
                expected.headers.find("date")->second = answer.header("date");
                CPPUNIT_ASSERT(expected.headers == answer.headers);
            }
        }
        CPPUNIT_ASSERT_EQUAL(5, hidden);
    }

private:
    std::set<std::string> routes() const {
        std::set<std::string> all;
        for (const auto& line : daemon_->logLines()) {
            const auto event = Poco::JSON::Parser().parse(line).extract<Poco::JSON::Object::Ptr>();
            if (event->getValue<std::string>("message") == "route")
                all.insert(event->getValue<std::string>("method") + " " +
                           event->getValue<std::string>("route"));
        }
        return all;
    }

    static std::string joined(const std::set<std::string>& texts) {
        std::string list;
        for (const auto& text : texts)
            list += text + "\n";
        return list;
    }

    std::vector<std::string> headersOf(std::size_t caller, bool bearer) const {
        if (caller == 0)
            return {};
        const std::string key = caller == 1 ? "nobody's key" : keys_.at(caller - 2);
        return {(bearer ? "Authorization: Bearer " : "X-API-Key: ") + key};
    }

    HttpAnswer ask(const std::string& route, const std::vector<std::string>& headers) const {
        const auto space = route.find(' ');
        const std::string method = route.substr(0, space);
        return request(daemon_->port(), method, route.substr(space + 1), {}, headers);
    }

    std::vector<std::string> keys_; // issue, verify, admin, peer
    std::unique_ptr<Daemon> daemon_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(AccessTest);

} // namespace kubecred::test
