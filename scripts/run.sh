#!/usr/bin/env bash
# Builds the service where needed and starts it on this machine, over SQLite, on port 3000.
#   scripts/run.sh           in the foreground; Ctrl-C ends it
#   scripts/run.sh --demo    instead issues and verifies a credential before your eyes, and exits
set -euo pipefail
cd "$(dirname "$0")/.."

case ${1:-} in
    "" | --demo) ;;
    *)
        echo "usage: scripts/run.sh [--demo]" >&2
        exit 64
        ;;
esac

scripts/build.sh release kube-credential issuance verification
if [[ ${1:-} == --demo ]]; then
    exec scripts/demo.sh
fi

port=${PORT:-3000}
cat <<TEXT

The credentials are kept in data/kube-credential.db. Once it says "listening", try in another
terminal:

  curl -H 'Content-Type: application/json' localhost:$port/issuance/credentials \\
    -d '{"name":"Ada Lovelace","email":"ada@example.org","credentialType":"membership"}'

and, with the id of the answer:

  curl -H 'Content-Type: application/json' localhost:$port/verification/credentials \\
    -d '{"id":"…"}'

Ctrl-C ends it.

TEXT
exec build/release/bin/kube-credential --config=config/local.properties
