#!/usr/bin/env bash
# Builds a preset, installing what that takes; costs only what changed.
#   scripts/build.sh [PRESET] [TARGET ...]      PRESET: release (default), debug, asan, tsan, fuzz
set -euo pipefail
cd "$(dirname "$0")/.."

preset=${1:-release}
shift || true
scripts/install-packages.sh build
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { [[ -f build/$preset/build.ninja ]] || cmake --preset "$preset" >"$log" 2>&1; }; then
    cat "$log"
    exit 1
fi
cmake --build "build/$preset" --target "${@:-all}"
