#pragma once

#include "kubecred/Metrics.h"
#include "kubecred/http/Request.h"

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <string_view>
#include <tuple>

namespace kubecred::http {

/// Counts requests by what was asked and answered, and how long that took. Safe to use from several
/// threads at once.
class RequestMetrics {
public:
    /// `metrics` must outlive this object.
    explicit RequestMetrics(Metrics& metrics);

    void began() noexcept { ++inFlight_; }

    /// `route` must stay as long as this object: there are only so many. Where memory is short, the
    /// request is not counted.
    void answered(Method method, std::string_view route, int status,
                  std::chrono::duration<double> took) noexcept;

private:
    struct Series {
        Counter& requests;
        Histogram& duration;
    };

    Series seriesOf(Method method, std::string_view route, int status);

    Metrics& metrics_;
    std::atomic<int> inFlight_{0};
    std::mutex mutex_; // guards series_
    std::map<std::tuple<Method, std::string_view, int>, Series> series_;
};

} // namespace kubecred::http
