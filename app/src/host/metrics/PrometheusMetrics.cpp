#include "PrometheusMetrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>
#include <utility>

namespace kubecred::host {
namespace {

class PrometheusCounter final : public Counter {
public:
    explicit PrometheusCounter(prometheus::Counter& counter) : counter_(counter) {}
    void add(double amount) noexcept override { counter_.Increment(amount); }

private:
    prometheus::Counter& counter_;
};

class PrometheusHistogram final : public Histogram {
public:
    explicit PrometheusHistogram(prometheus::Histogram& histogram) : histogram_(histogram) {}
    void observe(double value) noexcept override { histogram_.Observe(value); }

private:
    prometheus::Histogram& histogram_;
};

} // namespace

struct PrometheusMetrics::Series {
    prometheus::Registry registry;
    std::mutex mutex; // guards what is below
    std::map<prometheus::Counter*, PrometheusCounter> counters;
    std::map<prometheus::Histogram*, PrometheusHistogram> histograms;
    std::vector<std::pair<prometheus::Gauge*, Read>> readGauges;
    std::vector<std::pair<prometheus::Counter*, Read>> readCounters;

    prometheus::Counter& counterOf(const Metric& metric) {
        return prometheus::BuildCounter()
            .Name(metric.name)
            .Help(metric.help)
            .Register(registry)
            .Add(metric.labels);
    }
};

PrometheusMetrics::PrometheusMetrics() : series_(std::make_unique<Series>()) {}

PrometheusMetrics::~PrometheusMetrics() = default;

Counter& PrometheusMetrics::counter(const Metric& metric) {
    auto& counter = series_->counterOf(metric);
    const std::lock_guard lock(series_->mutex);
    return series_->counters.try_emplace(&counter, counter).first->second;
}

Histogram& PrometheusMetrics::histogram(const Metric& metric, const std::vector<double>& bounds) {
    auto& histogram = prometheus::BuildHistogram()
                          .Name(metric.name)
                          .Help(metric.help)
                          .Register(series_->registry)
                          .Add(metric.labels, bounds);
    const std::lock_guard lock(series_->mutex);
    return series_->histograms.try_emplace(&histogram, histogram).first->second;
}

void PrometheusMetrics::gauge(const Metric& metric, Read read) {
    auto& gauge = prometheus::BuildGauge()
                      .Name(metric.name)
                      .Help(metric.help)
                      .Register(series_->registry)
                      .Add(metric.labels);
    const std::lock_guard lock(series_->mutex);
    series_->readGauges.emplace_back(&gauge, std::move(read));
}

void PrometheusMetrics::counter(const Metric& metric, Read read) {
    auto& counter = series_->counterOf(metric);
    const std::lock_guard lock(series_->mutex);
    series_->readCounters.emplace_back(&counter, std::move(read));
}

std::string PrometheusMetrics::text() {
    const std::lock_guard lock(series_->mutex);
    for (const auto& [gauge, read] : series_->readGauges)
        gauge->Set(read());
    for (const auto& [counter, read] : series_->readCounters)
        counter->Increment(read() - counter->Value());
    return prometheus::TextSerializer().Serialize(series_->registry.Collect());
}

} // namespace kubecred::host
