#!/usr/bin/env bash
# Breaks real things under the running service and audits what it promised: the long form of the
# suite in test/faults. Needs root (cgroups, small file systems). Prints a table
# of the faults and writes it to docs/reliability.md where --record is given.
#   scripts/faults.sh [--short] [--record] [SUITE ...]
set -euo pipefail
cd "$(dirname "$0")/.."

form=long
record=false
suites=()
for argument in "$@"; do
    case $argument in
        --short) form=short ;;
        --record) record=true ;;
        -*)
            sed -n '2,5s/^# \{0,1\}//p' "$0" >&2
            exit 64
            ;;
        *) suites+=("$argument") ;;
    esac
done
[[ $(id -u) -eq 0 ]] || {
    echo "scripts/faults.sh must run as root: it makes file systems and cgroups" >&2
    exit 1
}

scripts/install-packages.sh build test faults
scripts/build.sh release faults-tests
table=$(mktemp)
trap 'rm -f "$table"' EXIT
status=0
FAULTS=$form FAULTS_REPORT=$table build/release/bin/faults-tests "${suites[@]}" || status=$?

heading="| fault | sent | 201 | 503 | lost | doubled | worst answer, ms | recovery, ms | worst /health, ms |
|---|---|---|---|---|---|---|---|---|"
printf '\n%s\n' "$heading"
cat "$table"
if $record && [[ $status -eq 0 ]]; then
    # Between the two marks of the document.
    awk -v heading="$heading" -v table="$table" '
        /<!-- end of table -->/ { inside = 0 }
        !inside { print }
        /<!-- table -->/ { print heading; while ((getline row < table) > 0) print row; inside = 1 }
        ' docs/reliability.md >"$table.md"
    mv "$table.md" docs/reliability.md
fi
exit "$status"
