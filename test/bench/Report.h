#pragma once

#include "Run.h"

#include <map>
#include <string>
#include <vector>

namespace kubecred::bench {

/// What was measured, for people and for programs.
class Report {
public:
    void add(const std::string& name, const Run& run);

    std::string table() const;  ///< medians, with the least and the most
    std::string ratios() const; ///< against what they are meant to be
    std::string json() const;

private:
    double median(const std::string& name, double Run::*figure) const;

    std::vector<std::string> names_; // in the order of their first measurement
    std::map<std::string, Runs> runs_;
};

} // namespace kubecred::bench
