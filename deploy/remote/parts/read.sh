# read: files, fence and journal as they are. Takes no lock: the journal is replaced as a whole.
read_host() {
    receive read
    find_state
    load_journal
    text="pgbaton 1 read${NL}fence ${journal_fence:--}$NL"
    if [ -n "$journal_fence" ]; then
        text="${text}journal $journal_phase $journal_fence$NL"
    else
        text="${text}journal -$NL"
    fi
    reply=$text
    while read -r name a rest <&3; do
        [ "$name" = file ] || continue
        unquote "$a"
        path=$text asked=$a why='' remedy='' # $a is another word once a list was read
        if resolve "$path" && checksum "$real" && show "$path" "$real"; then
            reply="${reply}file $asked $sum $content$NL"
        else
            reply="${reply}fault $asked${NL}reason $(one_line "$path ${why:-cannot be read}")${NL}remedy $(one_line "${remedy:-look at it on the host}")$NL"
        fi
    done 3<<END
$request
END
    printf '%send\n' "$reply" 2>/dev/null
}
