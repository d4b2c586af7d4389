#!/bin/sh
# Without this file a machine would have no pgbaton that its units can run.
#
# Usage, as root: install.sh <ARCHIVE      (deploy/program/program.py makes it)
#
#   /opt/pgbaton/venv-LOCK-PYTHON   the libraries of one lock; .complete in it is written last
#   /opt/pgbaton/code-DIGEST        our own code, renamed into place when whole; venv in it leads to its libraries
#   /opt/pgbaton/code               leads to the code that counts: one rename switches to another
#   /opt/pgbaton/code.before        leads to the code before that, which is kept
#   /opt/pgbaton/venv               leads to code/venv
#
# A run that is cut leaves what counts as it was; the next one finishes. Which index pip asks, pip's own
# configuration says. PGBATON_PROGRAM_ROOT (tests only) stands before every path touched here.
set -eu

python=/usr/bin/python3
home=${PGBATON_PROGRAM_ROOT:-}/opt/pgbaton
incoming=$home/.incoming

main() {
    umask 022
    mkdir -p "$home"
    exec 9<"$home"
    flock -n 9 || say "another installation is running here; waiting for it"
    flock 9
    take_in
    venv=$home/venv-$lock-$(python_version)
    [ -e "$venv/.complete" ] || build_venv
    [ -d "$home/code-$digest" ] || put_code
    switch
    rm -rf "$incoming"
    sweep
    say "program $digest is in place"
}

take_in() {
    rm -rf "$incoming"
    mkdir "$incoming"
    gzip -dc >"$incoming/tar" || fail "the archive did not arrive whole; send it again"
    tar -xf "$incoming/tar" -C "$incoming" --no-same-owner --no-same-permissions
    digest=$(digest_of "$incoming/tar")
    lock=$(digest_of "$incoming/requirements.lock")
}

digest_of() {
    sha256sum "$1" | cut -c1-16
}

python_version() {
    $python -c 'import sys; print("%d.%d" % sys.version_info[:2])'
}

# It cannot be built elsewhere and renamed: its scripts begin with its path.
build_venv() {
    $python -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "$python is older than 3.11; use Debian 12, Ubuntu 24.04 or newer"
    say "installing libraries into $venv"
    rm -rf "$venv"
    $python -m venv "$venv" || fail "no virtual environment: apt-get install python3-venv"
    awk '/^setuptools==/ { on = 1 } on { print; if ($0 !~ /\\$/) exit }' \
        "$incoming/requirements.lock" >"$incoming/first.lock"
    pip_install --requirement "$incoming/first.lock"
    pip_install --use-pep517 --no-build-isolation --requirement "$incoming/requirements.lock"
    lead_to_the_code
    sync -f "$venv"
    : >"$venv/.complete"
}

pip_install() {
    "$venv/bin/pip" install -qq --disable-pip-version-check --no-cache-dir --require-hashes "$@" ||
        fail "pip could not install the above; is the index that pip is configured with reachable from here?"
}

# A process keeps the code that it began with: what it imports late must not be another version's.
lead_to_the_code() {
    for folder in "$venv"/lib/python3*/site-packages; do
        echo "import os, sys; sys.path.append(os.path.realpath('$home/code'))" >"$folder/pgbaton.pth"
    done
    printf '#!%s -P\nimport sys\n\nfrom deploy.cli import main\n\nsys.exit(main())\n' \
        "$venv/bin/python3" >"$venv/bin/pgbaton"
    chmod 755 "$venv/bin/pgbaton"
}

put_code() {
    say "putting the code into $home/code-$digest"
    "$venv/bin/python3" -m compileall -q -s "$incoming/code" -p "$home/code-$digest" "$incoming/code"
    ln -s "../${venv##*/}" "$incoming/code/venv"
    sync -f "$incoming"
    mv -T "$incoming/code" "$home/code-$digest"
}

switch() {
    [ -L "$home/venv" ] || lead venv code/venv
    old=$(readlink "$home/code" || :)
    if [ "$old" = "code-$digest" ]; then return; fi
    if [ -n "$old" ]; then lead code.before "$old"; fi
    lead code "code-$digest"
}

# lead NAME TARGET: a link is made beside it and renamed over it.
lead() {
    rm -f "$home/.$1.new"
    ln -s "$2" "$home/.$1.new"
    mv -T "$home/.$1.new" "$home/$1"
}

# What counts and what counted before stay, each with its libraries.
sweep() {
    for one in "$home"/code-* "$home"/venv-*; do
        kept "$one" || rm -rf "$one"
    done
}

kept() {
    for link in code code.before code/venv code.before/venv; do
        if [ "$(readlink -f "$home/$link" || :)" = "$(readlink -f "$1")" ]; then return 0; fi
    done
    return 1
}

say() {
    echo "pgbaton: $*" >&2
}

fail() {
    say "$*"
    exit 69
}

main
