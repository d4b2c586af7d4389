# lift: the fence and the journal are forgotten, on purpose (reset-fence, adopt).
lift() {
    receive lift
    permitted_app
    open_state
    if [ -n "$want" ] && [ "$journal_fence" != "$want" ]; then
        answer failed "the host holds ${journal_fence:-no fence}, not $want" 'look again which fence it holds, then lift that one'
    fi
    rm -f -- "$folder/journal" || answer failed "cannot remove $folder/journal" 'make it writable'
    sync "$folder" 2>/dev/null
    journal_fence='' journal_phase=''
    answer changed
}
