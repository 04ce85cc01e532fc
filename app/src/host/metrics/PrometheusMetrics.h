#pragma once

#include "kubecred/Metrics.h"

#include <memory>
#include <string>

namespace kubecred::host {

/// The service's figures for Prometheus.
class PrometheusMetrics final : public Metrics {
public:
    PrometheusMetrics();
    ~PrometheusMetrics() override;
    PrometheusMetrics(const PrometheusMetrics&) = delete;
    PrometheusMetrics& operator=(const PrometheusMetrics&) = delete;

    Counter& counter(const Metric& metric) override;
    Histogram& histogram(const Metric& metric, const std::vector<double>& bounds) override;
    void gauge(const Metric& metric, Read read) override;
    void counter(const Metric& metric, Read read) override;

    /// All figures as they are now, in Prometheus' text format, version 0.0.4.
    std::string text();

private:
    struct Series;

    std::unique_ptr<Series> series_;
};

} // namespace kubecred::host
