#include "ProcessStatus.h"

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

} // namespace kubecred::test
