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
    for_each read_line "$request"
    printf '%send\n' "$reply" 2>/dev/null
}

read_line() {
    [ "$1" = file ] || return 0
    unquote "$2"
    path=$text asked=$2 why='' remedy=''
    if resolve "$path" && checksum "$real" && show "$path" "$real"; then
        reply="${reply}file $asked $sum $content$NL"
    else
        reply="${reply}fault $asked${NL}reason $(one_line "$path ${why:-cannot be read}")${NL}remedy $(one_line "${remedy:-look at it on the host}")$NL"
    fi
}
