#include "Report.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

namespace kubecred::test {
namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::string milliseconds(std::int64_t time) { return time < 0 ? "–" : std::to_string(time); }

} // namespace

bool isLongForm() { return environment("FAULTS") == "long"; }

int rounds(int shortForm, int longForm) { return isLongForm() ? longForm : shortForm; }

void report(const std::string& fault, const AuditResult& result, std::int64_t recoveryMs,
            std::int64_t worstHealthMs) {
    std::ostringstream row;
    row << "| " << fault << " | " << result.sent << " | " << result.acknowledged << " | "
        << result.refused << " | " << result.lost << " | " << result.doubled << " | "
        << milliseconds(result.worstAnswerMs) << " | " << milliseconds(recoveryMs) << " | "
        << milliseconds(worstHealthMs) << " |\n";
    std::cout << row.str() << std::flush;
    if (const std::string file = environment("FAULTS_REPORT"); !file.empty())
        std::ofstream(file, std::ios::app) << row.str();
}

} // namespace kubecred::test
