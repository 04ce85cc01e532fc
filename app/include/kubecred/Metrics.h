#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace kubecred {

/// What is measured. The name follows Prometheus' conventions: `kubecred_`, then what, then the
/// unit (seconds, bytes), then `_total` for a counter. Labels have few values, known beforehand:
/// never an id, a name or an address.
struct Metric {
    std::string name;
    std::string help;
    std::map<std::string, std::string> labels = {};
};

/// Counts what happens. Safe to use from several threads at once.
class Counter {
public:
    virtual ~Counter() = default;
    virtual void add(double amount = 1) noexcept = 0;
};

/// How measured values are spread. Safe to use from several threads at once.
class Histogram {
public:
    virtual ~Histogram() = default;
    virtual void observe(double value) noexcept = 0;
};

/// Where the service's figures go. What it returns lives as long as it does; asked again for the
/// same metric it returns the same object. Safe to use from several threads at once.
class Metrics {
public:
    virtual ~Metrics() = default;

    virtual Counter& counter(const Metric& metric) = 0;

    /// `bounds`: the upper ends of the buckets, rising; one more, without end, comes by itself.
    virtual Histogram& histogram(const Metric& metric, const std::vector<double>& bounds) = 0;

    /// A figure that is asked for whenever somebody looks, from any thread; `read` and what it
    /// refers to must stay until nobody looks any more.
    using Read = std::function<double()>;
    virtual void gauge(const Metric& metric, Read read) = 0;
    virtual void counter(const Metric& metric, Read read) = 0;
};

} // namespace kubecred
