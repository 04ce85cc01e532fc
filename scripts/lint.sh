#!/usr/bin/env bash
# Checks what a compiler does not: the format, clang-tidy's findings, the scripts, the OpenAPI
# documents, the CloudFormation templates.
#   scripts/lint.sh [--allow-missing]   everything; without cfn-lint (pip install cfn-lint) it fails,
#                                       or, where that is allowed, leaves the templates out
#   scripts/lint.sh --fix               formats the sources instead
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install-packages.sh build lint
mapfile -t sources < <(git ls-files --cached --others --exclude-standard '*.h' '*.cpp')
if [[ ${1:-} == --fix ]]; then
    clang-format -i "${sources[@]}"
    exit
fi

echo "clang-format"
clang-format --dry-run -Werror "${sources[@]}"

echo "cfn-lint"
if command -v cfn-lint >/dev/null; then
    cfn-lint --regions us-east-1 eu-central-1 ap-southeast-2 -- aws/*.yaml
else
    echo "cfn-lint is missing: the templates are not checked" >&2
    [[ ${1:-} == --allow-missing ]]
fi

echo "shellcheck"
mapfile -t scripts < <(git ls-files --cached --others --exclude-standard 'scripts/*.sh' .ci/run)
shellcheck -x "${scripts[@]}"

echo "clang-tidy"
[[ -f build/release/build.ninja ]] || cmake --preset release >/dev/null
cmake --build build/release --target embedded-sql module-abi >/dev/null
mapfile -t units < <(git ls-files --cached --others --exclude-standard 'app/*.cpp' 'modules/*.cpp')
printf '%s\n' "${units[@]}" |
    xargs -P "$(nproc)" -n 4 clang-tidy -p build/release --quiet --warnings-as-errors='*' \
        --extra-arg=-Wno-ignored-optimization-argument \
        2> >(grep -v 'warnings generated' >&2)

echo "openapi"
scripts/lint-openapi.sh
