# ---- One sending.

# ask URL SECONDS: one sending, and a second one if the answer shows that our clock is wrong.
ask() {
    send "$1" "$2"
    [ "$status" = 401 ] && theirs=$(header date) && [ -n "$theirs" ] || return 0
    theirs=$(date -u -d "$theirs" +%s 2>/dev/null) || return 0
    off=$((theirs - $(date +%s))) apart=$((off - skew))
    [ "${apart#-}" -gt 60 ] || return 0
    skew=$off
    complain clock "the clock is ${off#-} s away from the webhook's: signed again by its Date; mend the clock"
    send "$1" "$2"
}

send() {
    timestamp=$(($(date +%s) + skew))
    # Without a whole request (the disk is full) nothing is sent, least of all the one before.
    signature=$(sign) && request "$1" "$2" >"$work/request" || { status=unsigned; return 0; }
    rm -f "$work/head" "$work/answer"
    status=$(curl -q -sS -K "$work/request" -w '%{http_code}' 2>"$work/error") || true
    read -r error <"$work/error" || true
}

# In a file and not as arguments: a URL may carry a password, and `ps` shows arguments to everybody.
request() {
    [ -z "$cafile" ] || printf 'cacert = "%s"\n' "$(json "$cafile")" || return 1
    printf '%s = "%s"\n' url "$(json "$1")" data-binary "@$(json "$file")" dump-header "$(json "$work/head")" \
        output "$(json "$work/answer")" connect-timeout 1 max-time "$2" max-filesize 65536 proto '=http,https' &&
        printf 'header = "%s"\n' "webhook-id: $id" "webhook-timestamp: $timestamp" \
            "webhook-signature: $signature" 'content-type: application/cloudevents+json' 'expect:'
}

# header NAME: its value in the last answer.
header() { tr -d '\r' 2>/dev/null <"$work/head" | tr '[:upper:]' '[:lower:]' | sed -n "s/^$1: *//p" | tail -n 1; }
