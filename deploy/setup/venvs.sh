# shellcheck shell=sh
# Without this file ./dev could not tell a finished virtual environment from a missing or stale one.
#
# .venv is ours; the lab's stands where its users (postgres, shop) can read it, which may not be
# true of this checkout. A stamp is written last: without it a build was interrupted.

python=/usr/bin/python3

our_stamp() {
    # A checkout that moved, or another Python, leaves scripts that point nowhere.
    echo "$(pwd -P) $(readlink -f $python) $(digest requirements.lock)"
}

our_packages_ready() {
    [ "$(cat .venv/.lock-stamp 2>/dev/null)" = "$(our_stamp)" ]
}

our_venv_ready() {
    our_packages_ready && [ "$(cat .venv/.project-stamp 2>/dev/null)" = "$(digest pyproject.toml)" ]
}

lab_venv() {
    lock=$(digest requirements-lab.lock)
    echo "/var/cache/pgbaton/lab-$(echo "$(readlink -f $python) $lock" | sha256sum | cut -c1-12)"
}

lab_venv_ready() {
    [ -e "$PGBATON_LAB_VENV/.complete" ]
}

digest() {
    sha256sum "$1" | cut -d' ' -f1
}
