#!/usr/bin/env bash
# Builds the container image for real and starts what was built, without a container engine.
# Needs root and: apt-get install buildah debootstrap curl. A Debian base file system stands in for the Python image.
set -euo pipefail
cd "$(dirname "$0")/.."
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot

base=localhost/iopbot-base
image=localhost/iopbot
work=$(mktemp -d)
container='' started=''
finish() {
    [ -z "$started" ] || kill "$started" 2>/dev/null || true
    [ -z "$container" ] || buildah rm "$container" >/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

if ! buildah inspect --type image "$base" >/dev/null 2>&1; then
    echo "Base file system …"
    mirror=$(apt-get indextargets --format '$(REPO_URI)' | head -n 1)
    release=$(. /etc/os-release && echo "$VERSION_CODENAME")
    debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates "$release" "$work/base" "$mirror" >"$work/log" \
        || { tail "$work/log"; exit 1; }
    scratch=$(buildah from scratch)
    buildah add -q "$scratch" "$work/base" / >/dev/null
    buildah commit -q "$scratch" "$base" >/dev/null
    buildah rm "$scratch" >/dev/null
    rm -rf "$work/base"
fi

echo "Image …"
# The machine's own certificates and pip settings, for the build only: they don't enter the image.
mounts=(--volume /etc/ssl/certs:/etc/ssl/certs:ro)
[ ! -f /etc/pip.conf ] || mounts+=(--volume /etc/pip.conf:/etc/pip.conf:ro)
buildah bud --format docker --build-arg BASE="$base" "${mounts[@]}" --tag "$image" . >"$work/log" 2>&1 \
    || { tail -n 40 "$work/log"; exit 1; }

container=$(buildah from "$image")
inside() { buildah run "$container" -- "$@"; }

echo "Inside: user $(inside id -u), $(inside python --version), $(inside du -sm /opt/iopbot | cut -f1) MB of bot"
inside sh -c '! command -v gcc cc make pip' || { echo 'There is a compiler or pip in the image.' >&2; exit 1; }
inside sh -c '! touch /opt/iopbot/x 2>/dev/null && touch /data/x && rm /data/x'
inside iopbot check
inside iopbot ask 'Är IOP tillåtet?'

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
buildah run --env IOPBOT_PORT="$port" --env IOPBOT_HOST=127.0.0.1 "$container" -- iopbot run >"$work/bot" 2>&1 &
started=$!
for _ in $(seq 60); do
    curl -fsS "http://127.0.0.1:$port/health/ready" 2>/dev/null && break
    kill -0 "$started" 2>/dev/null || { cat "$work/bot"; exit 1; }
    sleep 0.5
done
curl -fsS "http://127.0.0.1:$port/" | grep -o '<title>[^<]*'
# The image's own health check, as an engine would run it.
check=$(buildah inspect --type image --format '{{index .Docker.Config.Healthcheck.Test 3}}' "$image")
buildah run --env IOPBOT_PORT="$port" "$container" -- python -c "$check"
echo "The image works."
