#!/usr/bin/env bash
# Writes requirements/*.txt anew; versions stay as they are where they still fit. Arguments go to uv, such as --upgrade.
set -euo pipefail
cd "$(dirname "$0")/.."

uv=${UV:-.venv-lock/bin/uv}
options=("$@")

lock() { # lock TARGET SOURCE...: versions that fit Python 3.11 and newer, with all hashes and without any address
    local target=requirements/$1
    shift
    "$uv" pip compile "$@" "${options[@]}" --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header --quiet --output-file "$target"
    echo "$target: $(grep -c == "$target") packages"
}

lock build.txt requirements/build.in
lock run.txt pyproject.toml --extra all
lock dev.txt pyproject.toml requirements/build.in --extra all --extra test --extra lint \
    --constraint requirements/run.txt --constraint requirements/build.txt
lock synapse.txt requirements/synapse.in
lock lock.txt requirements/lock.in
