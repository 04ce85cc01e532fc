#include "ProcessMetrics.h"

#include "kubecred/BuildInfo.h"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <system_error>

namespace kubecred::host {
namespace {

double cpuSeconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Memory {
    double virtualBytes = 0;
    double residentBytes = 0;
};

Memory memory() {
    Memory pages;
    std::ifstream("/proc/self/statm") >> pages.virtualBytes >> pages.residentBytes;
    const auto size = static_cast<double>(sysconf(_SC_PAGESIZE));
    return {pages.virtualBytes * size, pages.residentBytes * size};
}

// Not a number where it cannot be told, as where no descriptor is left to look with.
double entriesIn(const char* folder) {
    std::error_code error;
    const std::filesystem::directory_iterator entries(folder, error);
    if (error)
        return std::numeric_limits<double>::quiet_NaN();
    return static_cast<double>(std::distance(begin(entries), end(entries)));
}

double mostDescriptors() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    return static_cast<double>(limit.rlim_cur);
}

// Since 1970, in seconds; proc(5) tells it in clock ticks since the machine started.
double startTime() {
    std::ifstream stat("/proc/self/stat");
    std::string field;
    for (int number = 1; number < 22; ++number)
        stat >> field;
    double ticks = 0;
    stat >> ticks;
    double uptime = 0;
    std::ifstream("/proc/uptime") >> uptime;
    const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
    return now.count() - uptime + ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

} // namespace

void addProcessMetrics(Metrics& metrics) {
    metrics.gauge(
        {"kubecred_build_info", "1, under the version that runs.", {{"version", version}}},
        [] { return 1; });
    metrics.counter({"process_cpu_seconds_total", "Processor time used, by user and system."},
                    cpuSeconds);
    metrics.gauge({"process_resident_memory_bytes", "Memory held."},
                  [] { return memory().residentBytes; });
    metrics.gauge({"process_virtual_memory_bytes", "Address space used."},
                  [] { return memory().virtualBytes; });
    metrics.gauge({"process_open_fds", "File descriptors open."},
                  [] { return entriesIn("/proc/self/fd") - 1; });
    metrics.gauge({"process_max_fds", "File descriptors that may be open."}, mostDescriptors);
    metrics.gauge({"process_threads", "Threads."}, [] { return entriesIn("/proc/self/task"); });
    metrics.gauge({"process_start_time_seconds", "When the process started, since 1970."},
                  [started = startTime()] { return started; });
}

} // namespace kubecred::host
