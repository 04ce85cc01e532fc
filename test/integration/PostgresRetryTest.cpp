#include "PostgresStore.h"

#include <string>
#include <utility>
#include <vector>

namespace kubecred::test {

// What the database says of one statement, or of one row of it, and what becomes of the request.
class PostgresRetryTest : public PostgresStore {
    CPPUNIT_TEST_SUITE(PostgresRetryTest);
    CPPUNIT_TEST(issuesAfterConflicts);
    CPPUNIT_TEST(findsAfterConflicts);
    CPPUNIT_TEST(givesUpAfterThreeConflicts);
    CPPUNIT_TEST(aRowThatCannotBeReadFailsAlone);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        PostgresStore::setUp();
        query("CREATE SEQUENCE attempts; CREATE TABLE conflicts AS SELECT 2 AS most;"
              "CREATE FUNCTION meet(state text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN "
              "IF nextval('public.attempts') <= (SELECT most FROM public.conflicts) THEN "
              "RAISE EXCEPTION 'konflikt' USING ERRCODE = state; END IF; RETURN true; END$$;");
    }

    void issuesAfterConflicts() {
        for (const std::string state : {"40001", "40P01"}) {
            query("ALTER SEQUENCE attempts RESTART");
            query("CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
                  "$$BEGIN PERFORM public.meet('" +
                  state +
                  "'); RETURN NEW; END$$;"
                  "CREATE OR REPLACE TRIGGER refuse BEFORE INSERT ON credentials FOR EACH ROW "
                  "WHEN (NEW.email = 'ada@example.org') EXECUTE FUNCTION refuse()");
            CPPUNIT_ASSERT(isIssued(issue(credentialOf(state))));
            CPPUNIT_ASSERT_EQUAL(std::string("3\n"), query("SELECT last_value FROM attempts"));
        }
    }

    void findsAfterConflicts() {
        const auto credential = credentialOf("Ada");
        issue(credential);
        for (const std::string state : {"40001", "40P01"}) {
            query("ALTER SEQUENCE attempts RESTART");
            readThrough("public.meet('" + state + "')");
            CPPUNIT_ASSERT(find(credential.id));
            CPPUNIT_ASSERT_EQUAL(std::string("3\n"), query("SELECT last_value FROM attempts"));
        }
    }

    void givesUpAfterThreeConflicts() {
        const auto credential = credentialOf("Ada");
        issue(credential);
        query("UPDATE conflicts SET most = 1000000");
        readThrough("public.meet('40001')");
        try {
            find(credential.id);
            CPPUNIT_FAIL("every attempt meets a conflict");
        } catch (const Error& error) {
            CPPUNIT_ASSERT(error.kind() == ErrorKind::unavailable);
            CPPUNIT_ASSERT_EQUAL(std::string("database conflict"), error.detail());
        }
        CPPUNIT_ASSERT_EQUAL(std::string("3\n"), query("SELECT last_value FROM attempts"));
    }

    void aRowThatCannotBeReadFailsAlone() {
        std::vector<Credential> credentials;
        for (int i = 0; i < 20; ++i)
            credentials.push_back(credentialOf(std::to_string(i)));
        for (auto& issued : start(credentials))
            CPPUNIT_ASSERT(isIssued(issued.get()));
        readThrough("1 / (name::integer - 7) < 100");
        CPPUNIT_ASSERT(find(credentials.front().id));
        std::vector<Started<std::optional<FoundCredential>>> finds;
        for (const auto& credential : credentials)
            finds.emplace_back(database_->reader().find({credential.id}, {soon()}), loop());
        for (std::size_t i = 0; i < finds.size(); ++i) {
            const bool isReadable = i != 7;
            try {
                CPPUNIT_ASSERT(finds[i].get());
                CPPUNIT_ASSERT(isReadable);
            } catch (const Error& error) {
                CPPUNIT_ASSERT(!isReadable);
                CPPUNIT_ASSERT(error.kind() == ErrorKind::malformedRequest);
            }
        }
    }

private:
    // From now on, whoever reads a row asks this of it. In one transaction: a probe of a session
    // must not meet the moment between the table and the view.
    void readThrough(const std::string& condition) {
        const std::string hide = "ALTER TABLE credentials RENAME TO kept;";
        query((std::exchange(isHidden_, true) ? "" : hide) +
              "CREATE OR REPLACE VIEW credentials AS SELECT * FROM kept WHERE " + condition);
    }

    bool isHidden_ = false; // behind a view
};

CPPUNIT_TEST_SUITE_REGISTRATION(PostgresRetryTest);

} // namespace kubecred::test
