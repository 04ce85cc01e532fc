#include "faults/Crowd.h"
#include "faults/FaultScenario.h"
#include "faults/OpenLoop.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>

namespace kubecred::test {

/// Twice as much is asked for as a slow database can do: as much is done as before, and the rest
/// is refused.
class OverloadFaults : public FaultScenario {
    CPPUNIT_TEST_SUITE(OverloadFaults);
    CPPUNIT_TEST(slowRows);
    CPPUNIT_TEST(verySlowRows);
    CPPUNIT_TEST_SUITE_END();

public:
    // What may wait is done before anybody runs out of patience.
    void slowRows() { overload("2 ms for each row", "ROW", 0.002, 2, 3000); }

    // What may wait is more than can be done in issuance.timeoutMs.
    void verySlowRows() { overload("10 ms for each row", "ROW", 0.01, 3, 2000); }

private:
    void overload(const std::string& name, const std::string& each, double seconds, double times,
                  int connections) {
        query("CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM "
              "pg_sleep(" +
              std::to_string(seconds) + "); RETURN NEW; END $$");
        query("CREATE TRIGGER slow BEFORE INSERT ON credentials FOR EACH " + each +
              " EXECUTE FUNCTION slow()");
        Daemon& worker = startWorker();
        const std::chrono::seconds time(rounds(4, 20));
        const auto sustainable =
            offer(worker.port(), 32, 0, std::chrono::seconds(rounds(2, 10))).servedPerSecond;
        HealthWatch health(worker.port());
        const auto offered =
            offer(worker.port(), affordable(connections), times * sustainable, time);
        health.stop();
        const auto served = offered.servedPerSecond / sustainable;
        std::ostringstream row;
        row << times << " times what a slow database can do (" << name
            << "): " << std::lround(100 * served) << " % of it is done, 99 % of that within "
            << percentile99(offered.servedMs) << " ms";
        if (!offered.refusedMs.empty())
            row << ", 99 % of the rest refused within " << percentile99(offered.refusedMs) << " ms";
        const auto result = check(offered);
        report(row.str(), result, -1, health.worstMs());
        CPPUNIT_ASSERT_EQUAL(0, offered.failed);
        CPPUNIT_ASSERT_EQUAL(0, result.lost);
        CPPUNIT_ASSERT_EQUAL(0, health.failures());
        CPPUNIT_ASSERT(health.worstMs() <= mostHealthMs * margin);
        CPPUNIT_ASSERT(result.worstAnswerMs <= mostAnswerMs * margin);
        CPPUNIT_ASSERT_MESSAGE(row.str(), served >= 0.5); // 0.8 is the limit
    }

    AuditResult check(const Offered& offered) {
        AuditResult result;
        result.sent = offered.sent;
        result.acknowledged = static_cast<int>(offered.ids.size());
        result.refused = static_cast<int>(offered.refusedMs.size());
        for (const auto* times : {&offered.servedMs, &offered.refusedMs})
            for (const auto time : *times)
                result.worstAnswerMs = std::max(result.worstAnswerMs, time);
        std::set<std::string> rows;
        std::istringstream lines(query("SELECT id FROM credentials"));
        for (std::string id; std::getline(lines, id);)
            rows.insert(id);
        result.lost = static_cast<int>(
            std::ranges::count_if(offered.ids, [&](const auto& id) { return !rows.contains(id); }));
        return result;
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(OverloadFaults);

} // namespace kubecred::test
