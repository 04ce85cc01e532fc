#!/usr/bin/env bash
# Installs, builds and runs the tests. The tests that need PostgreSQL start one of their own in a
# temporary folder, and stop it.
#   scripts/test.sh                                    everything, the faults in their short form,
#                                                      ASan+UBSan, and 20 s of fuzzing a target
#   scripts/test.sh --unit --integration --functional  only these (any of them)
#   scripts/test.sh --asan | --tsan                    only these, under the sanitizer: without a
#                                                      kind, units and integration
set -euo pipefail
cd "$(dirname "$0")/.."

kinds=()
sanitizers=()
fuzz=no
for argument in "$@"; do
    case $argument in
        --unit | --integration | --functional) kinds+=("${argument#--}") ;;
        --asan | --tsan) sanitizers+=("${argument#--}") ;;
        *)
            sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
            exit 64
            ;;
    esac
done

scripts/install-packages.sh build test faults

# run PRESET KIND...: builds the preset and runs the tests of these kinds.
run() {
    local preset=$1
    shift
    scripts/build.sh "$preset" "${@/%/-tests}"
    # The faults make file systems and cgroups.
    local as_root=()
    [[ $* != faults || $(id -u) -eq 0 ]] || as_root=(sudo)
    "${as_root[@]}" ctest --test-dir "build/$preset" --output-on-failure --no-tests=error -j "$(nproc)" \
        -L "^($(IFS='|' && echo "$*"))\$"
}

# Poco takes SIGSEGV for itself, which the sanitizers must not let it. Their suppressions name what
# is not ours.
export ASAN_OPTIONS=handle_segv=2:detect_stack_use_after_return=1
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=handle_segv=2

if [[ ${#kinds[@]} -gt 0 && ${#sanitizers[@]} -eq 0 ]]; then
    run release "${kinds[@]}"
    exit
fi
if [[ ${#sanitizers[@]} -eq 0 ]]; then
    run release unit integration functional
    run release faults # the short form
    sanitizers=(asan)
    fuzz=yes
fi
[[ ${#kinds[@]} -gt 0 ]] || kinds=(unit integration)
for sanitizer in "${sanitizers[@]}"; do
    run "$sanitizer" "${kinds[@]}"
done
[[ $fuzz == no ]] || scripts/fuzz.sh 20
