#!/usr/bin/env bash
# Measures the service beside PostgreSQL's own pgbench and beside nginx, in turns, in one run: ratios
# within it mean something, its figures beside those of another run do not. Needs root (a cgroup) and
# a quiet machine. Prints two tables.
#   scripts/bench.sh [--rows=100000] [--rounds=5] [--seconds=3] [--json=FILE] [--only=PATTERN]
# --only measures what has such a name, as 'bare|^issuance, 64', and tells no ratios.
set -euo pipefail
cd "$(dirname "$0")/.."

[[ ${1:-} != -h && ${1:-} != --help ]] || {
    sed -n '2,6s/^# \{0,1\}//p' "$0"
    exit
}
scripts/install-packages.sh build test bench
scripts/build.sh release bench
exec build/release/bin/bench "$@"
