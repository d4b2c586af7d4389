#!/bin/sh
# Without this file there would be no Python to run anything with: it builds what venvs.sh found missing.
#
# Usage: build_venv.sh ours | lab     (the lab's as root, with its folder in PGBATON_LAB_VENV)
set -eu
cd "$(dirname "$0")/../.."
. deploy/setup/venvs.sh

build_ours() {
    exec 8<.
    flock 8
    if ! our_packages_ready; then
        echo "dev: building .venv from requirements.lock" >&2
        venv_from .venv requirements.lock
        our_stamp >.venv/.lock-stamp
    fi
    .venv/bin/python -m pip install -qq --no-deps --no-build-isolation --editable .
    digest pyproject.toml >.venv/.project-stamp
}

build_lab() {
    umask 022
    folder=${PGBATON_LAB_VENV%/*}
    mkdir -p "$folder"
    exec 8<"$folder"
    flock 8
    if lab_venv_ready; then return; fi
    for venv in "$folder"/lab-*; do
        [ -e "$venv/.complete" ] || rm -rf "$venv"
    done
    echo "dev: building the lab's venv in $PGBATON_LAB_VENV" >&2
    venv_from "$PGBATON_LAB_VENV" requirements-lab.lock
    : >"$PGBATON_LAB_VENV/.complete"
}

# venv_from FOLDER LOCK: setuptools comes first, with its hash, and builds what has no wheel;
# so nothing is fetched that the lock does not name.
venv_from() {
    $python -c 'import sys; sys.exit(sys.version_info < (3, 11))' || too_old
    rm -rf "$1"
    $python -m venv "$1"
    awk '/^setuptools==/ { on = 1 } on { print; if ($0 !~ /\\$/) exit }' "$2" >"$1/first.lock"
    pip_install "$1" --requirement "$1/first.lock"
    pip_install "$1" --use-pep517 --no-build-isolation --requirement "$2"
}

pip_install() {
    pip=$1/bin/pip
    shift
    "$pip" install -qq --disable-pip-version-check --require-hashes "$@" || no_pip
}

too_old() {
    echo "dev: $python is older than 3.11: use Debian 12, Ubuntu 24.04 or newer" >&2
    exit 69
}

no_pip() {
    echo "dev: pip could not install the above; is the package index reachable from here?" >&2
    exit 69
}

case $1 in
    ours) build_ours ;;
    lab) build_lab ;;
esac
