# ---- Text as the body of an event, curl's config and an event's id can hold it.

# quote VARIABLE...: makes each the inside of a JSON string (curl's config quotes alike), without the characters
# that the webhook refuses. It forks for odd text only: forks are what a callback's time goes into.
quote() {
    for variable; do
        eval "text=\$$variable"
        case $text in
            *[!A-Za-z0-9_.:/@-]*) text=$(printf '%s' "$text" | tr -d '\000-\037\177' | utf8 | sed 's/[\\"]/\\&/g') ;;
        esac
        eval "$variable=\$text"
    done
}

# Drops broken UTF-8, and of the whole the controls U+0080 to U+009F and the line ends U+2028 and U+2029.
utf8() {
    if command -v iconv >/dev/null; then iconv -c -f UTF-8 -t UTF-8 || true; else tr -d '\200-\377'; fi |
        sed -e "$(printf 's/\302[\200-\237]//g')" -e "$(printf 's/\342\200[\250\251]//g')"
}

json() { one=$1; quote one; printf '%s' "$one"; }

# plain TEXT: $plain, as a part of an event's id, which has 128 characters at most.
plain() {
    plain=$1
    case $1 in *[!A-Za-z0-9_-]*) plain=$(printf '%s' "$1" | tr -c 'A-Za-z0-9_-' _) ;; esac
    [ ${#plain} -le 60 ] || plain=$(printf '%.60s' "$plain")
}
