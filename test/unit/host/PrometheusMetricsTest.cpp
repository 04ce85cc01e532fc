#include "host/metrics/PrometheusMetrics.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>
#include <thread>
#include <vector>

namespace kubecred::test {

class PrometheusMetricsTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(PrometheusMetricsTest);
    CPPUNIT_TEST(counts);
    CPPUNIT_TEST(sameMetricSameCounter);
    CPPUNIT_TEST(asksForFiguresWhenSomebodyLooks);
    CPPUNIT_TEST(sortsIntoBuckets);
    CPPUNIT_TEST(escapesLabels);
    CPPUNIT_TEST(countsFromSeveralThreads);
    CPPUNIT_TEST_SUITE_END();

public:
    void counts() {
        auto& counter = metrics_.counter({"things_total", "Things."});
        expect("# HELP things_total Things.");
        expect("# TYPE things_total counter");
        expect("things_total 0");
        counter.add();
        counter.add(2);
        expect("things_total 3");
    }

    void sameMetricSameCounter() {
        const Metric red{"things_total", "Things.", {{"color", "red"}}};
        metrics_.counter(red).add();
        metrics_.counter(red).add();
        metrics_.counter({"things_total", "Things.", {{"color", "blue"}}}).add();
        expect(R"(things_total{color="red"} 2)");
        expect(R"(things_total{color="blue"} 1)");
    }

    void asksForFiguresWhenSomebodyLooks() {
        double level = 1;
        metrics_.gauge({"level", "Level."}, [&] { return level; });
        metrics_.counter({"passed_total", "Passed."}, [&] { return level; });
        expect("level 1");
        level = 5;
        expect("level 5");
        expect("passed_total 5");
    }

    void sortsIntoBuckets() {
        auto& histogram = metrics_.histogram({"size_bytes", "Size."}, {1, 10});
        for (const double value : {0.5, 1.0, 5.0, 100.0})
            histogram.observe(value);
        expect(R"(size_bytes_bucket{le="1"} 2)");
        expect(R"(size_bytes_bucket{le="10"} 3)");
        expect(R"(size_bytes_bucket{le="+Inf"} 4)");
        expect("size_bytes_sum 106.5");
        expect("size_bytes_count 4");
    }

    void escapesLabels() {
        metrics_.counter({"things_total", "Things.", {{"text", "a\"b\nc"}}}).add();
        expect(R"(things_total{text="a\"b\nc"} 1)");
    }

    void countsFromSeveralThreads() {
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] {
                for (int j = 0; j < 1000; ++j) {
                    metrics_.counter({"things_total", "Things."}).add();
                    if (j % 100 == 0)
                        metrics_.text();
                }
            });
        for (auto& thread : threads)
            thread.join();
        expect("things_total 4000");
    }

private:
    void expect(const std::string& line) {
        const std::string text = "\n" + metrics_.text();
        CPPUNIT_ASSERT_MESSAGE(line + " is missing in" + text,
                               text.find("\n" + line + "\n") != std::string::npos);
    }

    host::PrometheusMetrics metrics_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(PrometheusMetricsTest);

} // namespace kubecred::test
