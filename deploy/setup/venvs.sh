# shellcheck shell=sh
# Without this file there would be no Python to run anything with: .venv for us, another for the lab.
#
# Both are built from /usr/bin/python3 and a lock whose hashes pip checks. A stamp is written last:
# a build that was interrupted has none, and the next run starts it again.

python=/usr/bin/python3
lab_root=/var/cache/pgbaton

# ours_ready, ours_build: .venv in the checkout; only a changed lock rebuilds it.
ours_ready() {
    [ "$(cat .venv/.lock-stamp 2>/dev/null)" = "$(ours_stamp)" ] &&
        [ "$(cat .venv/.project-stamp 2>/dev/null)" = "$(digest pyproject.toml)" ]
}

ours_build() {
    if [ "$(cat .venv/.lock-stamp 2>/dev/null)" != "$(ours_stamp)" ]; then
        echo "dev: building .venv from requirements.lock" >&2
        venv_from .venv requirements.lock
        ours_stamp >.venv/.lock-stamp
    fi
    .venv/bin/python -m pip install -qq --no-deps --no-build-isolation --editable .
    digest pyproject.toml >.venv/.project-stamp
}

# A checkout that moved, or another Python, makes a venv's scripts point nowhere.
ours_stamp() {
    echo "$PWD $(readlink -f $python) $(digest requirements.lock)"
}

# The lab's venv runs as users who may not read this checkout, so it stands where everybody can.
lab_venv() {
    echo "$lab_root/lab-$(printf '%s %s' "$(readlink -f $python)" "$(digest requirements-lab.lock)" | sha256sum | cut -c1-12)"
}

lab_ready() {
    [ -e "$PGBATON_LAB_VENV/.complete" ]
}

digest() {
    sha256sum "$1" | cut -d' ' -f1
}

# venv_from FOLDER LOCK: setuptools comes first, with its hash, and builds what has no wheel;
# so nothing is fetched that the lock does not name.
venv_from() {
    python_is_new_enough || return 69
    rm -rf "$1"
    $python -m venv "$1"
    awk '/^setuptools==/ { on = 1 } on { print; if ($0 !~ /\\$/) exit }' "$2" >"$1/first.lock"
    "$1/bin/python" -m pip install -qq --require-hashes -r "$1/first.lock"
    "$1/bin/python" -m pip install -qq --require-hashes --use-pep517 --no-build-isolation -r "$2"
}

python_is_new_enough() {
    $python -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
        echo "dev: $python is older than 3.11: use Debian 12, Ubuntu 24.04 or newer" >&2
        return 69
    }
}
