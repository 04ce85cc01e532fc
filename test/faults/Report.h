#pragma once

#include "Audit.h"

#include <cstdint>
#include <string>

namespace kubecred::test {

/// Whether the long form was asked for (environment FAULTS=long): more rounds, longer faults.
bool isLongForm();

/// `shortForm`, or `longForm` where that was asked for.
int rounds(int shortForm, int longForm);

/// Adds a row to the table of faults: to standard output, and to the file that the environment
/// variable FAULTS_REPORT names. Times below zero were not measured.
void report(const std::string& fault, const AuditResult& result, std::int64_t recoveryMs,
            std::int64_t worstHealthMs);

} // namespace kubecred::test
