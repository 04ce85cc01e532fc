#!/usr/bin/env bash
# Feeds the parsers what nobody would send.
#   scripts/fuzz.sh [SECONDS] [TARGET ...]     20 seconds for each of http, chunked,
#                                              target, json, headers, settings
#
# Begins with the inputs in test/fuzz/corpus/TARGET, which are seeds and what was found once; new ones of
# interest are kept in build/fuzz/corpus/TARGET. An input that breaks something is written to
# test/fuzz/corpus/TARGET: mend it and commit both.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-20}
shift || true
targets=("$@")
[[ ${#targets[@]} -gt 0 ]] || targets=(http chunked target json headers settings)
[[ $seconds =~ ^[0-9]+$ ]] || {
    sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
    exit 64
}

scripts/install-packages.sh build fuzz
scripts/build.sh fuzz "${targets[@]/#/fuzz-}"

export ASAN_OPTIONS=handle_segv=2:detect_stack_use_after_return=1
export UBSAN_OPTIONS=print_stacktrace=1

# fuzz TARGET: tells in one line what was done, or shows all where something broke.
fuzz() {
    local corpus=test/fuzz/corpus/$1 found=build/fuzz/corpus/$1 log=build/fuzz/$1.log
    mkdir -p "$found"
    if ! "build/fuzz/bin/fuzz-$1" -max_total_time="$seconds" -max_len=8192 -timeout=10 \
        -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$corpus/found-" \
        "$found" "$corpus" >"$log" 2>&1; then
        cat "$log" >&2
        return 1
    fi
    echo "$1: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs, nothing broke"
}

# Two at a time: each has one thread.
status=0
running=()
for target in "${targets[@]}"; do
    fuzz "$target" &
    running+=($!)
    if [[ ${#running[@]} -eq 2 ]]; then
        for process in "${running[@]}"; do wait "$process" || status=1; done
        running=()
    fi
done
for process in "${running[@]}"; do wait "$process" || status=1; done
exit "$status"
