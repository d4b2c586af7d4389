# hold: keeps a second push away for as long as this one gives signs of life; the end of its connection
# shows at once, a cable that was pulled after a minute. That we came in is what a guard of an earlier
# push waits for.
hold() {
    read -r who
    mkdir -p "$state" && chmod 0700 "$state" && exec 8>>"$state/lock" || fault state "$state" "cannot be written"
    flock -n 8 || fault held "$(cat "$state/holder" 2>/dev/null)"
    say "$who" >"$state/holder"
    (patience=3; open_state; disarm) || exit 1
    say holding
    while [ -n "$(timeout 60 head -c 1)" ]; do :; done
}
