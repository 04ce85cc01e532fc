#pragma once

#include <sys/types.h>

namespace kubecred::test {

/// How many threads a running process has.
int threadsOf(pid_t process);

/// How many descriptors a running process holds.
int openFilesOf(pid_t process);

/// How much memory a running process holds, in kilobytes.
long residentKilobytes(pid_t process);

/// The most that it held since it began, or since `forgetPeak`.
long peakKilobytes(pid_t process);
void forgetPeak(pid_t process);

/// How much processor time it has used.
double cpuSeconds(pid_t process);

} // namespace kubecred::test
