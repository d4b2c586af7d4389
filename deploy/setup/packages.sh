#!/bin/sh
# Without this file ./dev could not install Debian packages without their services starting.
#
# Usage, as root: packages.sh PACKAGE...
#
# While apt runs, a policy-rc.d refuses every start, and PostgreSQL is told to create no cluster;
# afterwards both are gone and the units that came with the new packages are disabled.
# A run that was killed leaves marked files and a list of packages; the next one finishes its work.
# PGBATON_SETUP_ROOT (tests only) stands before every path touched here.
set -eu
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1

root=${PGBATON_SETUP_ROOT:-}
policy=$root/usr/sbin/policy-rc.d
saved=$policy.before-pgbaton
nocluster=$root/etc/postgresql-common/createcluster.d/pgbaton-setup.conf
state=$root/var/lib/pgbaton-setup
mark="placed by pgbaton's ./dev while it installs packages; the next ./dev removes it"

main() {
    umask 022
    mkdir -p "${policy%/*}" "$root/run"
    exec 9>"$root/run/pgbaton-setup.lock"
    flock 9
    trap undo EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    if [ -d "$state" ]; then finish_killed_run; fi
    if [ $# -gt 0 ]; then
        put_guards
        install_packages "$@"
    fi
}

# The folder is there exactly while guards may be: made before them, removed after them.
finish_killed_run() {
    echo "dev: finishing a set-up that was killed" >&2
    put_guards
    dpkg --configure -a || apt-get -q -y --no-install-recommends -f install
    undo_guards
}

put_guards() {
    mkdir -p "$state"
    if ! already_refuses; then
        if [ -e "$policy" ]; then mv "$policy" "$saved"; fi
        printf '#!/bin/sh\n# %s\nexit 101\n' "$mark" >"$policy.new"
        chmod 755 "$policy.new"
        mv "$policy.new" "$policy"
    fi
    mkdir -p "${nocluster%/*}"
    printf '# %s\ncreate_main_cluster = false\n' "$mark" >"$nocluster"
}

# A container's own policy-rc.d often refuses everything; it is then left alone.
already_refuses() {
    [ -x "$policy" ] || return 1
    code=0
    "$policy" pgbaton-probe start >/dev/null 2>&1 </dev/null || code=$?
    [ "$code" -eq 101 ]
}

install_packages() {
    set -- -q -y -o DPkg::Lock::Timeout=300 --no-install-recommends install "$@"
    apt-get -s "$@" >"$state/plan" 2>&1 || { apt-get -q update && plan "$@"; }
    sed -n 's/^Inst \([^ ]*\) (.*/\1/p' "$state/plan" >>"$state/new"
    keep_cloud_init_asleep
    apt-get "$@" || { apt-get -q update && apt-get "$@"; }
}

# It is wanted for its `schema` command alone; at a next boot it would give this machine other host keys.
keep_cloud_init_asleep() {
    grep -qx cloud-init "$state/new" || return 0
    mkdir -p "$root/etc/cloud"
    printf '# %s\n' "placed by pgbaton's ./dev, which installed cloud-init for its schema command" \
        >"$root/etc/cloud/cloud-init.disabled"
}

plan() {
    apt-get -s "$@" >"$state/plan" 2>&1 || {
        cat "$state/plan" >&2
        echo "dev: apt cannot install these; on Ubuntu enable 'universe' (add-apt-repository universe)" >&2
        exit 69
    }
}

undo() {
    code=$?
    set +e
    trap '' HUP INT TERM
    undo_guards
    exit "$code"
}

undo_guards() {
    disable_new_units
    if ours "$policy"; then rm -f "$policy"; fi
    rm -f "$policy.new"
    if [ -e "$saved" ] && [ ! -e "$policy" ]; then mv "$saved" "$policy"; fi
    if ours "$nocluster"; then rm -f "$nocluster"; fi
    rmdir "${nocluster%/*}" "$root/etc/postgresql-common" 2>/dev/null || :
    rm -rf "$state"
}

ours() {
    [ -f "$1" ] && grep -qF "$mark" "$1"
}

# Only units of packages that were not there before: what was installed keeps its owner's choice.
disable_new_units() {
    [ -s "$state/new" ] || return 0
    while read -r package; do
        dpkg-query -L "$package" 2>/dev/null || :
    done <"$state/new" | sed -n 's,^\(/usr\)\{0\,1\}/lib/systemd/system/\([^/@]*\.\(service\|socket\|timer\|path\)\)$,\2,p' |
        sort -u | while read -r unit; do disable_unit "$unit"; done
}

disable_unit() {
    command -v systemctl >/dev/null 2>&1 || return 0
    case $(systemctl is-enabled "$1" 2>/dev/null) in
        enabled) systemctl -q disable "$1" 2>/dev/null || echo "dev: could not disable $1" >&2 ;;
    esac
}

main "$@"
