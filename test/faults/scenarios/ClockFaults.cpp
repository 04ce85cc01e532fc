#include "faults/FaultScenario.h"
#include "faults/Requests.h"

#include <ctime>
#include <iomanip>
#include <set>
#include <sstream>
#include <thread>

namespace kubecred::test {

/// The clock on the wall jumps, as when somebody sets it: an hour ahead and an hour back.
class ClockFaults : public FaultScenario {
    CPPUNIT_TEST_SUITE(ClockFaults);
    CPPUNIT_TEST(anHourBackAndForth);
    CPPUNIT_TEST_SUITE_END();

public:
    void anHourBackAndForth() {
        const auto library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";
        CPPUNIT_ASSERT_MESSAGE("Debian's faketime is not installed",
                               std::filesystem::exists(library));
        setClock(0);
        auto properties = properties_;
        properties["http.requestTimeoutSeconds"] = "1";
        workers_.push_back(
            std::make_unique<Daemon>(DaemonOptions{properties,
                                                   {{"LD_PRELOAD", library},
                                                    {"FAKETIME_TIMESTAMP_FILE", clock().string()},
                                                    {"FAKETIME_NO_CACHE", "1"},
                                                    {"FAKETIME_DONT_FAKE_MONOTONIC", "1"}}}));
        Daemon& worker = *workers_.back();
        worker.waitForStatus("healthy");
        const int jumps = rounds(4, 40);
        underLoad("the clock an hour ahead and back, " + std::to_string(jumps) + " jumps",
                  [&](Load& load) {
                      for (int i = 0; i < jumps; ++i) {
                          jump(worker, i % 2 == 0 ? 3600 : -3600);
                          load.waitForIssued(load.issued() + 50);
                      }
                  });
        assertNothingFailed();
    }

private:
    std::filesystem::path clock() const { return directory_.path() / "clock"; }

    void setClock(int seconds) const {
        const auto next = directory_.path() / "next";
        writeFile(next, (seconds < 0 ? "" : "+") + std::to_string(seconds));
        std::filesystem::rename(next, clock());
    }

    // While a request is half sent: its deadline comes when it would have come.
    void jump(Daemon& worker, int seconds) {
        RawConnection slow(worker.port());
        slow.send("GET /health HTTP/1.1\r\n");
        const auto began = nowMs();
        setClock(seconds);
        const auto issued = issueOne(worker.port(), "Jump " + std::to_string(++jumps_));
        CPPUNIT_ASSERT_EQUAL(201, issued.status);
        assertIssuedAt(issued.text("credential.issuedAt"), seconds);
        CPPUNIT_ASSERT_EQUAL(408, slow.receive().status);
        const auto took = nowMs() - began;
        CPPUNIT_ASSERT_MESSAGE(std::to_string(took) + " ms", took >= 950 && took <= 1250 * margin);
    }

    // That the clock has jumped, and did not only mean to.
    static void assertIssuedAt(const std::string& text, int seconds) {
        std::tm parts{};
        std::istringstream(text) >> std::get_time(&parts, "%Y-%m-%dT%H:%M:%S");
        const auto ahead = timegm(&parts) - std::time(nullptr);
        CPPUNIT_ASSERT_MESSAGE(text, std::abs(ahead - seconds) < 60);
    }

    void assertNothingFailed() {
        std::set<std::string> ids;
        for (const auto& entry : ledger_->read()) {
            CPPUNIT_ASSERT(entry.status != 503 && entry.status != 0);
            if (entry.status == 201)
                CPPUNIT_ASSERT(ids.insert(entry.id).second);
        }
    }

    int jumps_ = 0;
};

CPPUNIT_TEST_SUITE_REGISTRATION(ClockFaults);

} // namespace kubecred::test
