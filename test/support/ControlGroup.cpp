#include "ControlGroup.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace kubecred::test {
namespace {

namespace fs = std::filesystem;

const fs::path root = "/sys/fs/cgroup";
constexpr long period = 100000; // microseconds; the quota is for each of them

void put(const fs::path& file, const std::string& value) {
    std::ofstream stream(file);
    if (!(stream << value).flush())
        throw std::runtime_error("cannot set " + file.string() + " to " + value +
                                 ": this needs root on a machine with control groups");
}

long number(const fs::path& file, const std::string& label = {}) {
    std::ifstream stream(file);
    long value = 0;
    if (label.empty() && stream >> value)
        return value;
    for (std::string word; stream >> word;)
        if (word == label && stream >> value)
            return value;
    throw std::runtime_error("cannot read " + file.string());
}

std::string uniqueName() {
    static std::atomic<int> groups{0};
    return "kubecred-test-" + std::to_string(getpid()) + "-" + std::to_string(++groups);
}

} // namespace

ControlGroup::ControlGroup(std::size_t megabytes, double cores) {
    const auto bytes = megabytes << 20;
    const auto quota = static_cast<long>(cores * period);
    try {
        if (fs::exists(root / "cgroup.controllers"))
            makeVersion2(uniqueName(), bytes, quota);
        else
            makeVersion1(uniqueName(), bytes, quota);
    } catch (const std::exception&) {
        remove();
        throw;
    }
}

ControlGroup::~ControlGroup() { remove(); }

// A group goes only once its last process is gone, which takes the kernel a moment.
void ControlGroup::remove() noexcept {
    for (const auto& folder : made_)
        for (int attempt = 0; attempt < 200 && ::rmdir(folder.c_str()) != 0; ++attempt)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

void ControlGroup::make(const fs::path& folder) {
    std::error_code error;
    if (!fs::create_directory(folder, error))
        throw std::runtime_error("cannot make " + folder.string() +
                                 ": this needs root on a machine with control groups");
    made_.push_back(folder);
}

void ControlGroup::makeVersion1(const std::string& name, std::size_t bytes, long quota) {
    memory_ = root / "memory" / name;
    cpu_ = root / "cpu" / name;
    make(memory_);
    make(cpu_);
    put(memory_ / "memory.limit_in_bytes", std::to_string(bytes));
    put(cpu_ / "cpu.cfs_period_us", std::to_string(period));
    put(cpu_ / "cpu.cfs_quota_us", std::to_string(quota));
}

void ControlGroup::makeVersion2(const std::string& name, std::size_t bytes, long quota) {
    put(root / "cgroup.subtree_control", "+memory +cpu");
    memory_ = cpu_ = root / name;
    make(memory_);
    put(memory_ / "memory.max", std::to_string(bytes));
    put(cpu_ / "cpu.max", std::to_string(quota) + " " + std::to_string(period));
}

std::vector<std::string> ControlGroup::launcher() const {
    std::string script;
    for (const auto& folder : made_)
        script += "echo $$ >" + (folder / "cgroup.procs").string() + " && ";
    return {"sh", "-c", script + "exec \"$@\"", "sh"};
}

long ControlGroup::timesThrottled() const { return number(cpu_ / "cpu.stat", "nr_throttled"); }

std::size_t ControlGroup::peakBytes() const {
    const bool isVersion1 = memory_ != cpu_;
    return static_cast<std::size_t>(
        number(memory_ / (isVersion1 ? "memory.max_usage_in_bytes" : "memory.peak")));
}

} // namespace kubecred::test
