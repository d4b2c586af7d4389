# ---- What a person or a monitor asks.

status() {
    set -- "$(count "$spool")" "$(count "$spool/rejected")" "$(dropped)"
    echo "spooled $1, rejected $2, dropped $3 ($spool)"
    [ "$1$2$3" = 000 ]
}

count() { set -- "$1"/[0-9]*.json; if [ -e "$1" ]; then echo $#; else echo 0; fi; }

check() {
    faults=0
    [ -z "$unknown" ] || fault "$config has names it does not know: $unknown. Take them out"
    [ -n "$urls" ] || fault "$config has no url. Add a line url=https://HOST/events for each webhook"
    for tool in curl openssl date od mktemp find sed tr setsid flock; do
        command -v "$tool" >/dev/null || fault "no $tool in $PATH. Install its package, or set path in $config"
    done
    [ -z "$cafile" ] || [ -r "$cafile" ] || fault "cannot read cafile $cafile. Mend its path, owner or mode"
    case $spool in /*) ;; *) fault "spool is no absolute path: $spool. Begin it with /" ;; esac
    if own_spool && work=$(mktemp -d "$spool/work.XXXXXX" 2>/dev/null); then
        trap 'rm -rf "$work"' EXIT
        id=check timestamp=0 file=/dev/null
        sign >/dev/null || fault "cannot sign. scheme v1a takes a readable Ed25519 key in PEM and OpenSSL 3
 (here: $(openssl version)), v1 two readable files of 64 bytes; now scheme=$scheme key=$key"
    else
        fault "cannot write to $spool. Run this as the hook's user, give it the folder (mode 0700), free space"
    fi
    [ "$faults" -eq 0 ] && echo "fine: $sender tells of $member in $cluster, signed $scheme, spooled in $spool"
}

# An operator's wish to look, so that the webhook records it and nothing moves. Not spooled: the answer is the point.
ping() {
    own_spool && work=$(mktemp -d "$spool/work.XXXXXX") || { loud "cannot write to $spool: run --check"; exit 1; }
    trap 'rm -rf "$work"' EXIT
    compose ping '' '' operator.request
    printf '%s' "$body" >"$work/ping.json"
    file=$work/ping.json faults=0
    set -f
    # shellcheck disable=SC2086  # split at its newlines
    set -- $urls
    set +f
    [ $# -gt 0 ] || fault "$config has no url. Add a line url=https://HOST/events for each webhook"
    for url; do
        error=''
        ask "$url" 3
        [ "$status" = 202 ] || faults=$((faults + 1))
        case $status in 000 | '' | unsigned) said=$error ;; *) said=$(answer) ;; esac
        echo "$status $url $said"
    done
    [ "$faults" -eq 0 ]
}

fault() { faults=$((faults + 1)); tell "$1"; }
