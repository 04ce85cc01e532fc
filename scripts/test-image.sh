#!/usr/bin/env bash
# Builds the image and runs it as a task of ECS would: read-only, without capabilities, with 512 MB.
# Takes no container engine and no registry: buildah makes the image, over a base that debootstrap
# makes of Debian's packages, and podman runs it. Needs root and, the first time, five minutes.
#   scripts/test-image.sh          keeps what can be used again in build/image
set -euo pipefail
cd "$(dirname "$0")/.."

[[ $(id -u) -eq 0 ]] || {
    echo "scripts/test-image.sh must run as root: it makes an image" >&2
    exit 1
}
scripts/install-packages.sh image

work=$PWD/build/image
mkdir -p "$work"
store=(--root "$work/storage" --runroot "$work/run" --storage-driver overlay)
build() { buildah "${store[@]}" "$@"; }
container() {
    podman "${store[@]}" --runtime runc --cgroup-manager cgroupfs --events-backend file "$@"
}

image=localhost/kube-credential:test
name=kube-credential-test-$$
trap 'container rm --force "$name" >/dev/null 2>&1 || true' EXIT
fail() {
    echo "$*" >&2
    container logs "$name" >&2 2>/dev/null || true
    exit 1
}

# What docker.io/library/debian:bookworm-slim is: a minimal Debian without its documents.
make_base() {
    local base=docker.io/library/debian:bookworm-slim root=$work/root container
    build inspect --type image "$base" >/dev/null 2>&1 && return
    rm -rf "$root"
    debootstrap --variant=minbase bookworm "$root" >"$work/debootstrap.log" 2>&1
    # This machine's sources of packages, whatever they are.
    rm -f "$root/etc/apt/sources.list"
    cp -r /etc/apt/sources.list.d/. "$root/etc/apt/sources.list.d/"
    [[ ! -f /etc/apt/sources.list ]] || cp /etc/apt/sources.list "$root/etc/apt/"
    printf 'path-exclude /usr/share/%s/*\n' doc man locale >"$root/etc/dpkg/dpkg.cfg.d/slim"
    rm -rf "$root"/usr/share/{doc,man,locale}/* "$root"/var/lib/apt/lists/* \
        "$root"/var/cache/apt/*.bin "$root"/var/cache/apt/archives/*.deb
    container=$(build from scratch)
    build add --quiet "$container" "$root" /
    build config --cmd bash "$container"
    build commit --quiet --rm "$container" "$base" >/dev/null
    rm -rf "$root"
}

make_image() {
    build build --isolation chroot --pull-never --format docker --layers \
        --build-arg "REVISION=$(git rev-parse HEAD 2>/dev/null || echo unknown)" \
        --tag "$image" . >"$work/build.log" 2>&1 || {
        tail -40 "$work/build.log" >&2
        exit 1
    }
}

# start SERVICE: runs it in the machine's own network, on a port of its own.
start() {
    local service=$1
    container rm --force "$name" >/dev/null 2>&1 || true
    container run --detach --name "$name" --network host --read-only --cap-drop ALL \
        --security-opt no-new-privileges --memory 512m --ulimit nofile=4096:4096 \
        --ulimit nproc=4096:4096 --env "PORT=$port" "$image" \
        "--config=/etc/kube-credential/$service.properties" >/dev/null 2>>"$work/errors" ||
        fail "the container did not start: see $work/errors"
    for _ in $(seq 100); do
        curl -fsS --noproxy '*' -m 1 "http://127.0.0.1:$port/health" >"$work/health" 2>/dev/null &&
            return
        sleep 0.1
    done
    fail "$service did not answer"
}

# expect WHAT ACTUAL WANTED
expect() {
    [[ $2 == "$3" ]] || fail "$1: $2 instead of $3"
    echo "$1: $2"
}

stopped_cleanly() {
    container stop --time 40 "$name" >/dev/null 2>>"$work/errors"
    expect "exit status after SIGTERM" \
        "$(container inspect "$name" --format '{{.State.ExitCode}}')" 0
    container logs "$name" 2>/dev/null >"$work/log"
    jq --exit-status --slurp '.[-1].message == "stopped"' "$work/log" >/dev/null ||
        fail "the log is not JSON, or does not end as it should"
    echo "its log: $(wc -l <"$work/log") lines of JSON"
}

make_base
make_image
megabytes=$(($(container image inspect "$image" --format '{{.Size}}') / 1000000))
echo "size: $megabytes MB"
((megabytes <= 120)) || fail "the image is larger than 120 MB"

port=$((20000 + RANDOM % 10000))
for service in issuance verification; do
    start "$service"
    expect "$service, without a database" "$(cat "$work/health")" \
        "{\"status\":\"degraded\",\"service\":\"$service\"}"
    container healthcheck run "$name" >/dev/null || fail "its own health check fails"
    pid=$(container inspect "$name" --format '{{.State.Pid}}')
    expect "user" "$(awk '/^Uid:/ {print $2}' "/proc/$pid/status")" 10001
    expect "capabilities" "$(awk '/^CapEff:/ {print $2}' "/proc/$pid/status")" 0000000000000000
    awk '$5 == "/" && $6 ~ /(^|,)ro(,|$)/ {found = 1} END {exit !found}' "/proc/$pid/mountinfo" ||
        fail "its root file system can be written to"
    stopped_cleanly
done
echo "The image is as it should be."
