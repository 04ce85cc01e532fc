#include "faults/FaultScenario.h"

#include <thread>

namespace kubecred::test {

/// The database refuses what is written for a reason of its own.
class TriggerFaults : public FaultScenario {
    CPPUNIT_TEST_SUITE(TriggerFaults);
    CPPUNIT_TEST(everyInsertRefused);
    CPPUNIT_TEST(everyCommitRefused);
    CPPUNIT_TEST(oneRowInTenRefused);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        FaultScenario::setUp();
        query("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
              "$$ BEGIN RAISE EXCEPTION 'refused'; END $$");
        startWorker();
    }

    void everyInsertRefused() {
        underTrigger("trigger refuses every insert",
                     "CREATE TRIGGER refuse BEFORE INSERT ON credentials "
                     "FOR EACH ROW EXECUTE FUNCTION refuse()");
    }

    void everyCommitRefused() {
        underTrigger("deferred constraint refuses every commit",
                     "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON credentials "
                     "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()");
    }

    // Those that were recorded together with it have nothing to do with it.
    void oneRowInTenRefused() {
        underTrigger("trigger refuses 1 row in 10",
                     "CREATE TRIGGER refuse BEFORE INSERT ON credentials FOR EACH ROW "
                     "WHEN (NEW.name LIKE '%7') EXECUTE FUNCTION refuse()");
        for (const auto& entry : ledger_->read())
            CPPUNIT_ASSERT_MESSAGE(entry.key + " suffered from another row",
                                   entry.status != 503 || entry.key.ends_with('7'));
    }

private:
    void underTrigger(const std::string& name, const std::string& trigger) {
        underLoad(name, [&](Load&) {
            query(trigger);
            std::this_thread::sleep_for(std::chrono::seconds(rounds(1, 20)));
            query("DROP TRIGGER refuse ON credentials");
        });
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(TriggerFaults);

} // namespace kubecred::test
