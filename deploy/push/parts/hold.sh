# hold: keeps a second push away for as long as this connection lives.
hold() {
    read -r who
    mkdir -p "$state" && chmod 0700 "$state" && exec 8>>"$state/lock" || fault state "$state" "cannot be written"
    flock -n 8 || fault held "$(cat "$state/holder" 2>/dev/null)"
    say "$who" >"$state/holder"
    say holding
    cat >/dev/null
}
