#include "ProcessStatus.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace kubecred::test {
namespace {

long statusNumber(pid_t process, const std::string& label) {
    std::ifstream status("/proc/" + std::to_string(process) + "/status");
    for (std::string word; status >> word;) {
        long number = 0;
        if (word == label && status >> number)
            return number;
    }
    throw std::runtime_error("the process is gone");
}

} // namespace

int threadsOf(pid_t process) { return static_cast<int>(statusNumber(process, "Threads:")); }

int openFilesOf(pid_t process) {
    const std::filesystem::directory_iterator files("/proc/" + std::to_string(process) + "/fd");
    return static_cast<int>(std::distance(begin(files), end(files)));
}

long residentKilobytes(pid_t process) { return statusNumber(process, "VmRSS:"); }

long peakKilobytes(pid_t process) { return statusNumber(process, "VmHWM:"); }

void forgetPeak(pid_t process) {
    std::ofstream("/proc/" + std::to_string(process) + "/clear_refs") << 5; // proc(5)
}

double cpuSeconds(pid_t process) {
    std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
    std::string word;
    for (int field = 1; field < 14; ++field)
        stat >> word; // the name, the second, holds no space
    double user = 0;
    double system = 0;
    stat >> user >> system;
    return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

} // namespace kubecred::test
