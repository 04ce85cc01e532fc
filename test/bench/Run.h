#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace kubecred::bench {

/// What one measurement came to.
struct Run {
    double perSecond = 0;
    double p50Ms = 0;           ///< or the mean, where that is all that is known
    double p99Ms = 0;           ///< 0 where it is not known
    double cpuMicroseconds = 0; ///< of our process, for each request
    double peakMegabytes = 0;   ///< of our process
};

/// The same measured several times.
class Runs {
public:
    void add(const Run& run) { runs_.push_back(run); }

    double median(double Run::*figure) const { return sorted(figure)[runs_.size() / 2]; }
    double least(double Run::*figure) const { return sorted(figure).front(); }
    double most(double Run::*figure) const { return sorted(figure).back(); }

private:
    std::vector<double> sorted(double Run::*figure) const {
        std::vector<double> all;
        for (const Run& run : runs_)
            all.push_back(run.*figure);
        std::ranges::sort(all);
        return all;
    }

    std::vector<Run> runs_;
};

} // namespace kubecred::bench
