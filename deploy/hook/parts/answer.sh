# ---- What an answer means.

# Deals with the event that $status was the answer to; 1 ends the pass.
settle() {
    case $status in
        2??) rm -f "$file"; return 0 ;;
        400 | 403 | 404 | 413 | 415 | 422) reject; return 0 ;;
        401)
            # What this node spooled under another name can never be signed rightly again.
            plain "$sender"
            [ "${id%-*-*-*}" = "$plain" ] || { reject; return 0; }
            complain 401 "the webhook does not know this key for $sender: give it the public one. $(answer)" ;;
        429 | 503)
            hold=$(header retry-after)
            case $hold in [1-9]) hold=${hold}0 ;; [1-9][0-9]*) hold=100 ;; *) hold='' ;; esac
            complain "$status" "the webhook answered $status, trying again: $(answer)" ;;
        unsigned) complain unsigned "cannot sign with $key ($scheme): run pgbaton-hook --check as this user" ;;
        000 | '') complain 000 "no webhook answers, trying again: $error" ;;
        *) # may be about this one event, so a few others get their turn
            complain "$status" "the webhook answered $status, trying again: see that url leads to it. $(answer)"
            odd=$((odd + 1))
            [ "$odd" -ge 5 ] || return 0 ;;
    esac
    return 1
}

reject() {
    mkdir -p "$spool/rejected"
    name=${file##*/}
    say err "rejected with $status and kept as $spool/rejected/$name: $(answer)"
    [ ! -e "$work/answer" ] || mv "$work/answer" "$spool/rejected/${name%.json}.problem"
    mv "$file" "$spool/rejected/$name"
}

answer() { [ ! -e "$work/answer" ] || tr -d '\000-\037\177' <"$work/answer" | cut -c 1-300; }
