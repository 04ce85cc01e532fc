#include "PostgresStore.h"
#include "storage/sessions/postgresql/PostgresConnection.h"

#include <algorithm>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace kubecred::test {

using storage::PostgresConnection;

// What befalls one credential of a batch, and what that means for its neighbours.
class PostgresBatchTest : public PostgresStore {
    CPPUNIT_TEST_SUITE(PostgresBatchTest);
    CPPUNIT_TEST(aRefusedRowFailsAlone);
    CPPUNIT_TEST(aLockedKeyFailsAlone);
    CPPUNIT_TEST(waitsForWhoIssuesTheSameKey);
    CPPUNIT_TEST(everyIssueThatWasAnsweredIsThere);
    CPPUNIT_TEST_SUITE_END();

public:
    void aRefusedRowFailsAlone() {
        query("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
              "$$BEGIN IF NEW.name = '7' THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END$$;"
              "CREATE TRIGGER refuse BEFORE INSERT ON credentials FOR EACH ROW "
              "EXECUTE FUNCTION refuse()");
        failsAlone("7", "database refused");
        query("DROP TRIGGER refuse ON credentials");
        CPPUNIT_ASSERT(isIssued(issue(credentialOf("7"))));
    }

    void aLockedKeyFailsAlone() {
        PostgresConnection other(settings_.postgres, Resolver(), soon());
        other.script("BEGIN;" + insertOf(credentialOf("7")), soon());
        failsAlone("7", "database locked");
        other.script("ROLLBACK", soon());
        CPPUNIT_ASSERT(isIssued(issue(credentialOf("7"))));
    }

    void waitsForWhoIssuesTheSameKey() {
        const auto theirs = credentialOf("Ada");
        PostgresConnection other(settings_.postgres, Resolver(), soon());
        other.script("BEGIN;" + insertOf(theirs), soon());
        auto ours = start({credentialOf("Ada")});
        CPPUNIT_ASSERT(eventually(
            [&] { return query("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted") == "t\n"; }));
        other.script("COMMIT", soon());
        CPPUNIT_ASSERT(std::get<Duplicate>(ours.front().get()).id == theirs.id);
    }

    void everyIssueThatWasAnsweredIsThere() {
        std::set<std::string> answered;
        int ended = 0;
        for (int round = 0; round < 20; ++round) {
            std::vector<Credential> credentials;
            for (int i = 0; i < 300; ++i)
                credentials.push_back(credentialOf(std::to_string(1000 * round + i)));
            CPPUNIT_ASSERT(eventually(
                [&] { return database_->writes()->kind == storage::DatabaseState::Kind::up; }));
            auto issues = start(credentials);
            ended += endSessions();
            for (std::size_t i = 0; i < issues.size(); ++i)
                if (const auto failure = failureOf(issues[i]); failure.empty())
                    answered.insert(credentials[i].id.toString());
                else // but never a duplicate of itself
                    CPPUNIT_ASSERT(failure != "duplicate");
        }
        CPPUNIT_ASSERT(ended > 0);
        CPPUNIT_ASSERT(!answered.empty());
        std::set<std::string> there;
        std::istringstream ids(query("SELECT id FROM credentials"));
        for (std::string id; std::getline(ids, id);)
            CPPUNIT_ASSERT(there.insert(id).second);
        CPPUNIT_ASSERT(std::ranges::includes(there, answered));
    }

private:
    using Issues = std::vector<Started<IssueOutcome>>;

    // Starts the database and has these travel in one batch.
    Issues startTogether(storage::Database& database, const std::vector<std::string>& names) {
        auto& writer = database.writer();
        database.start();
        CPPUNIT_ASSERT(eventually(
            [&] { return database.writes()->kind == storage::DatabaseState::Kind::up; }));
        return loop().inOneTurn([&] {
            Issues issues;
            for (const auto& name : names)
                issues.emplace_back(writer.issue(credentialOf(name), {soon()}), loop());
            return issues;
        });
    }

    static std::string insertOf(const Credential& credential) {
        return "INSERT INTO credentials (id, name, email, credential_type, issued_by) VALUES ('" +
               credential.id.toString() + "', '" + credential.name + "', '" + credential.email +
               "', '" + credential.credentialType + "', 'other')";
    }

    // Issues fifty credentials in one batch; all but the one are recorded.
    void failsAlone(const std::string& bad, const std::string& detail) {
        auto settings = settings_;
        settings.poolSize = 1;
        storage::Database database(settings, *logger_, clock_, metrics_);
        std::vector<std::string> names;
        for (int i = 0; i < 50; ++i)
            names.push_back(std::to_string(i));
        auto issues = startTogether(database, names);
        for (std::size_t i = 0; i < issues.size(); ++i) {
            const auto failure = failureOf(issues[i]);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(names[i], names[i] == bad ? detail : "", failure);
        }
        database.stop();
        CPPUNIT_ASSERT_EQUAL(std::string("49|0\n"),
                             query("SELECT count(*), count(*) FILTER (WHERE name = '" + bad +
                                   "') FROM credentials"));
    }

    // Empty where it was issued.
    static std::string failureOf(Started<IssueOutcome>& issue) {
        try {
            return isIssued(issue.get()) ? "" : "duplicate";
        } catch (const Error& error) {
            CPPUNIT_ASSERT(error.kind() == ErrorKind::unavailable);
            return error.detail();
        }
    }

    // Ends every session of the stores; returns how many there were.
    int endSessions() const {
        return std::stoi(query("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                               "WHERE datname = current_database() AND pid <> pg_backend_pid()"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PostgresBatchTest);

} // namespace kubecred::test
