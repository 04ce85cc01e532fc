#include "Report.h"

#include <iomanip>
#include <sstream>

namespace kubecred::bench {
namespace {

std::string number(double value, int digits) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(digits) << value;
    return text.str();
}

std::string cell(double value, int digits) { return value == 0 ? "" : number(value, digits); }

} // namespace

void Report::add(const std::string& name, const Run& run) {
    if (!runs_.contains(name))
        names_.push_back(name);
    runs_[name].add(run);
}

double Report::median(const std::string& name, double Run::*figure) const {
    return runs_.at(name).median(figure);
}

std::string Report::table() const {
    std::ostringstream text;
    text << "| what, connections | per second (least–most) | p50, ms | p99, ms | CPU, µs each | "
            "peak, MB |\n|---|---|---|---|---|---|\n";
    for (const auto& name : names_) {
        const Runs& runs = runs_.at(name);
        text << "| " << name << " | " << number(runs.median(&Run::perSecond), 0) << " ("
             << number(runs.least(&Run::perSecond), 0) << "–"
             << number(runs.most(&Run::perSecond), 0) << ") | " << cell(runs.median(&Run::p50Ms), 2)
             << " | " << cell(runs.median(&Run::p99Ms), 2) << " | "
             << cell(runs.median(&Run::cpuMicroseconds), 1) << " | "
             << cell(runs.median(&Run::peakMegabytes), 1) << " |\n";
    }
    return text.str();
}

std::string Report::ratios() const {
    std::ostringstream text;
    text << "| ratio | measured | wanted |\n|---|---|---|\n";
    const auto row = [&](const std::string& what, double measured, const std::string& wanted) {
        text << "| " << what << " | " << number(measured, 2) << " | " << wanted << " |\n";
    };
    const auto speed = [&](const std::string& name) { return median(name, &Run::perSecond); };
    const double select = speed("pgbench SELECT, 16");
    row("verification / pgbench SELECT", speed("verification, 64") / select, "at least 1.0");
    row("verification, cache fresh / pgbench SELECT", speed("verification fresh, 64") / select,
        "at least 1.3");
    row("issuance / pgbench INSERT", speed("issuance, 64") / speed("pgbench INSERT, 16"),
        "at least 2.5");
    row("/health / nginx", speed("health, 64") / speed("nginx, 64"), "at least 0.75");
    row("duplicates / pgbench SELECT", speed("duplicates, 64") / select, "at least 0.7");
    row("verification p50, 1 connection / pgbench latency, 1 client",
        median("verification, 1", &Run::p50Ms) / median("pgbench SELECT, 1", &Run::p50Ms),
        "at most 2.0");
    for (const std::string what : {"verification, 64", "issuance, 64"})
        row(what + ": p99 / p50", median(what, &Run::p99Ms) / median(what, &Run::p50Ms),
            "at most 4");
    row("issuance / bare batched inserts",
        speed("issuance, 64") / speed("bare inserts, batches of 64"),
        "with 5,000,000 rows 0.95 of what it is with 100,000");
    row("peak memory at 256 connections, MB", median("verification, 256", &Run::peakMegabytes),
        "at most 64");
    row("verifications per CPU second, a quarter of a core / without limit",
        median("verification, 64", &Run::cpuMicroseconds) /
            median("verification on a quarter of a core, 64", &Run::cpuMicroseconds),
        "at least 0.8");
    return text.str();
}

std::string Report::json() const {
    std::ostringstream text;
    text << "{";
    for (const auto& name : names_) {
        const Runs& runs = runs_.at(name);
        text << (name == names_.front() ? "\n" : ",\n") << "  \"" << name
             << "\": {\"perSecond\": " << number(runs.median(&Run::perSecond), 1)
             << ", \"least\": " << number(runs.least(&Run::perSecond), 1)
             << ", \"most\": " << number(runs.most(&Run::perSecond), 1)
             << ", \"p50Ms\": " << number(runs.median(&Run::p50Ms), 3)
             << ", \"p99Ms\": " << number(runs.median(&Run::p99Ms), 3)
             << ", \"cpuMicroseconds\": " << number(runs.median(&Run::cpuMicroseconds), 1)
             << ", \"peakMegabytes\": " << number(runs.median(&Run::peakMegabytes), 1) << "}";
    }
    text << "\n}\n";
    return text.str();
}

} // namespace kubecred::bench
