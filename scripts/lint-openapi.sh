#!/usr/bin/env bash
# Checks each module's OpenAPI document with Redocly's command line, which npm fetches once.
set -euo pipefail
cd "$(dirname "$0")/.."
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
npx --yes @redocly/cli@1.34.5 lint modules/*/openapi.yaml
