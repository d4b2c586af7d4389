# ---- The callback. Patroni kills it when the next one fires, so nothing comes before the spool.

callback() {
    case $1 in
        on_role_change | on_start | on_stop) ;;
        on_reload) return 0 ;; # says nothing about who leads
        *) loud "ignored $(json "$1"): take it out of Patroni's callbacks, the webhook has no use for it"; return 0 ;;
    esac
    configured || return 1
    compose "$@"
    spooled || {
        loud "NOT SPOOLED: cannot write to $spool; trying from memory. Run pgbaton-hook --check as this user"
        temporary=$(mktemp -d /dev/shm/pgbaton-hook.XXXXXX 2>/dev/null || mktemp -d) && spool=$temporary
        spooled || { loud "LOST, it could be written nowhere: $body"; return 1; }
    }
    { true >"$spool/wake"; } 2>/dev/null || true # a deliverer that waits looks for this file
    detach sh "$0" --config "$config" ${temporary:+--temporary} ${temporary:+"$temporary"} --deliver
}

# The id is fixed here, so that every retry is the same message; it has no dot, because what gets signed is
# id.timestamp.body.
compose() {
    now=$(date -u '+%s%N %Y-%m-%dT%H:%M:%S')
    ns=${now%% *}
    case $ns in *[!0-9]*) ns=${ns%%[!0-9]*}000000000 ;; esac # a date that does not know %N
    ms=${ns#??????????} ms=${ms%??????}
    read -r random </proc/sys/kernel/random/uuid || random=$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')
    name=$ns-$$-${random##*-}
    plain "$sender"
    id=$plain-$name role=$2 scope=$3
    quote sender cluster member role scope
    body="{\"specversion\":\"1.0\",\"id\":\"$id\",\"source\":\"$sender\",\"subject\":\"$cluster\""
    body="$body,\"type\":\"pgbaton.${4:-patroni.callback}\",\"time\":\"${now#* }.${ms}Z\""
    body="$body,\"datacontenttype\":\"application/json\",\"data\":{\"action\":\"$1\",\"role\":\"$role\""
    body="$body,\"scope\":\"$scope\",\"member\":\"$member\"}}"
}

# Not fsynced: on a busy disk that may take longer than Patroni leaves us, and the watch on etcd is the net.
spooled() {
    [ -d "$spool" ] || mkdir -p "$spool" 2>/dev/null || return 1
    { printf '%s' "$body" >"$spool/.new-$name" && mv "$spool/.new-$name" "$spool/$name.json"; } 2>/dev/null ||
        { rm -f "$spool/.new-$name"; return 1; }
}

# Forked twice, so that the deliverer is no descendant of the callback any more when Patroni kills those.
detach() {
    if command -v setsid >/dev/null; then
        set -- setsid "$@"
    else
        loud "no setsid here: the deliverer leaves by nohup and stays in Patroni's session; install util-linux"
        set -- nohup "$@"
    fi
    ("$@" </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &)
}
