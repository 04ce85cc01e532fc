#!/usr/bin/env bash
# Shows the service at its work: starts it on a free port in a temporary folder, issues a
# credential, is refused the duplicate, verifies it, and stops. Exits 0 only if every answer was
# right. Called by scripts/run.sh --demo, which builds first.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
daemon=
finish() {
    [[ -z $daemon ]] || kill "$daemon" 2>/dev/null || true
    wait
    rm -rf "$folder"
}
trap finish EXIT

# The demo must not depend on what the caller's shell happens to set.
env -u PORT -u LOG_LEVEL -u WORKER_ID -u HEALTH_TOKEN -u API_KEYS \
    build/release/bin/kube-credential --config=config/local.properties \
    --define=http.port=0 --define=http.address=127.0.0.1 \
    --define=shutdown.graceSeconds=0 --define=database.path="$folder/demo.db" \
    >"$folder/log" 2>"$folder/errors" &
daemon=$!

port=
for _ in $(seq 100); do
    port=$(sed -n 's/.*"message":"listening".*"port":\([0-9]*\).*/\1/p' "$folder/log")
    if [[ -n $port ]] && curl -s --noproxy '*' "http://127.0.0.1:$port/health" | grep -q healthy; then
        break
    fi
    kill -0 "$daemon" 2>/dev/null || break
    sleep 0.05
done
[[ -n $port ]] || {
    echo "The service did not start:"
    cat "$folder/errors" "$folder/log"
    exit 1
}
echo "The service runs on port $port, over a SQLite file in a temporary folder."

# ask STATUS PATH JSON: shows a request and its answer, and fails where that has another status.
ask() {
    local status
    printf '\nPOST %s\n%s\n' "$2" "$3"
    status=$(curl -s --noproxy '*' -o "$folder/answer" -w '%{http_code}' -H 'Content-Type: application/json' \
        -d "$3" "http://127.0.0.1:$port$2")
    printf -- '-> %s\n%s\n' "$status" "$(cat "$folder/answer")"
    [[ $status == "$1" ]] || {
        echo "Wrong: the answer should have been $1."
        exit 1
    }
}

ada='{"name":"Ada Lovelace","email":"ada@example.org","credentialType":"membership"}'
ask 201 /issuance/credentials "$ada"
id=$(sed -n 's/.*"credential":{"id":"\([0-9a-f-]*\)".*/\1/p' "$folder/answer")
ask 409 /issuance/credentials "$ada"
ask 200 /verification/credentials "{\"id\":\"$id\",\"name\":\"Ada Lovelace\"}"
ask 404 /verification/credentials "{\"id\":\"$id\",\"name\":\"Charles Babbage\"}"

kill "$daemon"
status=0
wait "$daemon" || status=$?
daemon=
[[ $status == 0 ]] || {
    echo "The service ended with status $status instead of 0."
    exit 1
}
printf '\nIssued once, refused as a duplicate, verified: every answer was right.\n'
