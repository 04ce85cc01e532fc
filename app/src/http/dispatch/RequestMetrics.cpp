#include "RequestMetrics.h"

#include <exception>
#include <string>
#include <vector>

namespace kubecred::http {
namespace {

// From what the cache answers to what a client's patience ends with, in seconds.
const std::vector<double> durations{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                    0.1,    0.25,  0.5,    1,     2.5,  5,     10};

} // namespace

RequestMetrics::RequestMetrics(Metrics& metrics) : metrics_(metrics) {
    metrics.gauge({"kubecred_http_requests_in_flight", "Requests that are being answered."},
                  [this] { return inFlight_.load(); });
}

void RequestMetrics::answered(Method method, std::string_view route, int status,
                              std::chrono::duration<double> took) noexcept {
    --inFlight_;
    try {
        const Series series = seriesOf(method, route, status);
        series.requests.add();
        series.duration.observe(took.count());
    } catch (const std::exception&) {
        // An answer is worth more than its figure.
    }
}

RequestMetrics::Series RequestMetrics::seriesOf(Method method, std::string_view route, int status) {
    const std::tuple key{method, route, status};
    const std::lock_guard lock(mutex_);
    if (const auto found = series_.find(key); found != series_.end())
        return found->second;
    const std::string path(route);
    const Series series{metrics_.counter({"kubecred_http_requests_total",
                                          "Requests answered, by what was asked and answered.",
                                          {{"method", std::string(nameOf(method))},
                                           {"route", path},
                                           {"status", std::to_string(status)}}}),
                        metrics_.histogram({"kubecred_http_request_duration_seconds",
                                            "Time from a request's first byte to its answer.",
                                            {{"route", path}}},
                                           durations)};
    return series_.emplace(key, series).first->second;
}

} // namespace kubecred::http
