#!/bin/sh
# Stands before pgbaton's own hook: where a file names a peer, that one moves the hosts instead.
# Patroni calls it with: --config FILE ACTION ROLE SCOPE
here=${0%/*}
peer=
[ ! -r "$here/peer" ] || read -r peer <"$here/peer"
[ -n "$peer" ] || exec /bin/sh "$here/pgbaton-hook.own" "$@"
case $3/$4 in
    # Detached, since Patroni kills a callback when the next one fires.
    on_role_change/primary | on_role_change/master)
        setsid sh "$here/peer.sh" "$peer" "$5" </dev/null >>"$here/peer.log" 2>&1 &
        ;;
esac
