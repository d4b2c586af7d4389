# ---- One pass over the spool.

# Posts what is spooled, oldest first; 1 if anything must be tried again.
pass() {
    hold='' odd=0
    rm -f "$spool/wake"
    cap "$spool"
    cap "$spool/rejected"
    for file in "$spool"/[0-9]*.json; do
        [ -e "$file" ] || continue
        post
        settle || return 1
    done
    [ "$odd" -eq 0 ] || return 1
    [ ! -e "$spool/said" ] || { rm -f "$spool/said"; say notice "the webhook takes events again"; }
}

# cap FOLDER: drops the oldest events beyond the number or the age.
cap() {
    folder=$1 gone=0 too_old=$((($(date +%s) - MAX_SECONDS) * 1000000000))
    set -- "$folder"/[0-9]*.json
    for file; do
        born=${file##*/} born=${born%%-*}
        [ -e "$file" ] || break
        [ $# -gt "$MAX_FILES" ] || [ "$born" -lt "$too_old" ] || break
        rm -f "$file" "${file%.json}.problem"
        gone=$((gone + 1))
        shift
    done
    [ "$gone" -gt 0 ] || return 0
    echo $(($(dropped) + gone)) >"$work/dropped" && mv "$work/dropped" "$spool/dropped"
    say err "dropped the $gone oldest events of $folder: more than $MAX_FILES, or older than 7 days"
}

dropped() { cat "$spool/dropped" 2>/dev/null || echo 0; }

# Asks the webhooks in turn until one answers for itself: $status (000: none did), $work/head, $work/answer.
post() {
    status=000 error='no url in the config'
    read -r body <"$file" || true
    id=${body#*\"id\":\"} id=${id%%\"*}
    set -f # a URL may hold a question mark
    # shellcheck disable=SC2086  # split at its newlines
    set -- $urls
    set +f
    while [ $# -gt 0 ]; do
        # While another one is left to ask, silence is taken for an answer sooner: ids make doubles harmless.
        if [ $# -eq 1 ]; then ask "$1" 3; else ask "$1" 1; fi
        case $status in
            # Asked last from now on, so that its silence costs a second once and not for every event.
            000) others=$(printf '%s\n' "$urls" | grep -vxF -e "$1") && urls=$others$IFS$1 ;;
            429 | 5??) ;;
            *) return 0 ;;
        esac
        shift
    done
}
