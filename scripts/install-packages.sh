#!/usr/bin/env bash
# Installs what is missing of the Debian packages that the project builds and tests with.
#   scripts/install-packages.sh build|test|faults|fuzz|bench|image|deploy|lint ...
set -euo pipefail

declare -A packages=(
    [build]="g++ cmake ninja-build curl libpoco-dev libboost-dev libssl-dev libpq-dev libsqlite3-dev libcppunit-dev
             libyaml-cpp-dev prometheus-cpp-dev"
    [test]="postgresql prometheus openssl"
    [faults]="postgresql slowhttptest faketime"
    [bench]="wrk nginx-light"
    [fuzz]="clang libclang-rt-14-dev"
    [image]="buildah podman debootstrap runc jq"
    [deploy]="haproxy wrk curl jq git openssl postgresql"
    [lint]="clang-format clang-tidy shellcheck git"
)

missing=()
for set in "$@"; do
    for package in ${packages[$set]}; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
            missing+=("$package")
    done
    # Node.js may have come with its own npm, beside which Debian's cannot be installed.
    [[ $set != lint && $set != deploy ]] || command -v npx >/dev/null || missing+=(nodejs npm ca-certificates)
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

as_root=()
if [[ $(id -u) -ne 0 ]]; then
    command -v sudo >/dev/null || {
        echo "These packages are missing and need root to install: ${missing[*]}" >&2
        exit 1
    }
    as_root=(sudo)
fi
echo "Installing: ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
