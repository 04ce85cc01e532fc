#include "PoolMetrics.h"

#include <vector>

namespace kubecred::storage {
namespace {

const std::vector<double> waits{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                0.01,   0.025,   0.05,   0.1,   0.25,   1};
const std::vector<double> batchSizes{1, 2, 4, 8, 16, 32, 64, 128, 256};

} // namespace

PoolMetrics::PoolMetrics(Metrics& metrics, const std::string& operation, const Read& read)
    : wait_(
          metrics.histogram({"kubecred_database_wait_seconds",
                             "How long a request waited until a session with the database took it.",
                             {{"operation", operation}}},
                            waits)),
      batchSize_(metrics.histogram({"kubecred_database_batch_size",
                                    "How many requests travelled to the database together.",
                                    {{"operation", operation}}},
                                   batchSizes)) {
    const auto gauge = [&](const char* name, const char* help, auto figure) {
        metrics.gauge({name, help, {{"operation", operation}}},
                      [read, figure] { return static_cast<double>(figure(read())); });
    };
    gauge("kubecred_database_requests_waiting", "Requests that wait for a session.",
          [](const PoolFigures& now) { return now.waiting; });
    gauge("kubecred_database_sessions", "Sessions with the database that are open.",
          [](const PoolFigures& now) { return now.sessions; });
    gauge("kubecred_database_sessions_busy", "Sessions with the database that are at work.",
          [](const PoolFigures& now) { return now.busy; });
    gauge("kubecred_database_breaker_open",
          "1 while requests are refused at once since the database is out of reach, else 0.",
          [](const PoolFigures& now) { return now.refuses ? 1 : 0; });
}

} // namespace kubecred::storage
