# install: Debian packages whose services must not start before their files are here. The guards are
# the work of this verb alone: a killed one leaves marked files, which the next takes away.
policy=/usr/sbin/policy-rc.d
nocluster=/etc/postgresql-common/createcluster.d/pgbaton-push.conf
mark='placed by pgbaton push while it installs packages'

install() {
    open_state
    packages=''
    while read -r word package; do
        [ "$word" = package ] || break
        packages="$packages $package"
    done
    trap 'allow_starts; rm -f "$errors"' EXIT
    trap 'exit 143' INT TERM
    forbid_starts || fault full "$policy" "cannot be written"
    export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
    dpkg --configure -a >"$errors" 2>&1
    apt $packages || { apt_get update >"$errors" 2>&1; apt $packages; } ||
        fault packages "$packages" "$(tail -n 3 "$errors" | tr '\n' ' ')"
    say done
}

apt() { apt_get --no-install-recommends -o Dpkg::Options::=--force-confold install "$@" >"$errors" 2>&1; }

apt_get() { apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" </dev/null; }

forbid_starts() {
    allow_starts
    [ ! -e "$policy" ] || mv "$policy" "$policy.before-pgbaton"
    printf '#!/bin/sh\n# %s\nexit 101\n' "$mark" >"$policy" && chmod 0755 "$policy" &&
        mkdir -p "${nocluster%/*}" &&
        printf '# %s\ncreate_main_cluster = false\n' "$mark" >"$nocluster"
}

allow_starts() {
    ! grep -qsF "$mark" "$policy" || rm -f "$policy"
    [ ! -e "$policy.before-pgbaton" ] || [ -e "$policy" ] || mv "$policy.before-pgbaton" "$policy"
    rm -f "$nocluster"
}
