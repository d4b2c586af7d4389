# swap: what is done is decided here, under the lock, from the journal and the files; never from
# what a worker read earlier. A retry or a second worker goes on at the first missing phase.
swap() {
    receive swap
    [ -n "$want" ] || broken 'a swap needs a fence'
    open_state
    judge_fence
    look_at_files
    decide
    if [ "$phase" = checked ]; then
        [ "$journal_fence" != "$want" ] || [ "$journal_phase" != checked ] || answer held
        keep checked
        answer unchanged
    fi
    [ "$phase" != intent ] || write
    [ "$phase" != written ] || restart
    check
    if [ -n "$resumed" ]; then
        answer resumed
    elif [ -n "$changing$restarted" ]; then
        answer changed
    fi
    answer unchanged
}

write() {
    look_at_clock && since=$now
    if [ -n "$changing" ]; then
        reach_leaders
        stage_files
    fi
    keep intent
    commit_files
    took write "$since"
    look_at_clock && since=$now
    run_after
    took after "$since"
    tentative=''
    phase=written
}

restart() {
    look_at_clock && since=$now
    [ "$journal_fence" = "$want" ] && [ "$journal_phase" = written ] || keep written
    restart_services
    for app in $owed; do
        has "$did" "$app" || did="$did $app"
    done
    keep restarted
    took restart "$since"
    phase=restarted
}

check() {
    look_at_clock && since=$now
    [ "$journal_fence" = "$want" ] || keep restarted
    check_apps
    owed='' finished=''
    keep checked
    took check "$since"
}

# decide: which applications are owed what, and the $phase to go on from.
decide() {
    resumed='' begun=$changing apps=''
    while read -r name a rest <&3; do
        [ "$name" != app ] || apps="$apps $a"
    done 3<<END
$request
END
    [ "$journal_fence" = "$want" ] || did=''
    forget_void_intents
    [ -z "$force" ] || force_apps
    phase=${journal_phase:-checked}
    if [ -n "$begun" ]; then
        phase=intent
    elif [ -z "$owed" ]; then
        phase=checked
    fi
    [ "$journal_fence" != "$want" ] || [ "${journal_phase:-checked}" = checked ] || resumed=1
    begin
}

# Applications whose dead intent has touched no byte are owed nothing.
forget_void_intents() {
    [ "$journal_phase" = intent ] || { tentative='' && return; }
    void='' touched=''
    while read -r a b c d <&3; do
        [ -n "$a" ] || continue
        void="$void $a"
        case $NL$files in
            *"$NL$a$US$b$US$c$US$d$US"*) ;;
            *) touched="$touched $a" ;;
        esac
    done 3<<END
$tentative
END
    tentative='' kept=''
    for app in $owed; do
        has "$void" "$app" && ! has "$touched" "$app" || kept="$kept $app"
    done
    owed=$kept
}

# force_apps: once per fence; not again where it was done, or is about to be.
force_apps() {
    for app in $apps; do
        if has "$did$begun" "$app"; then continue; fi
        if [ "$journal_fence" = "$want" ] && has "$owed" "$app"; then continue; fi
        begun="$begun $app"
    done
}

# begin: what begins now is owed, its services must start anew, and untouched files are remembered.
begin() {
    services_of "$begun"
    again=$(names_of_services)
    subtract "$finished" "$again" && finished=$rest
    subtract "$did" "$begun" && did=$rest
    ! has "$again" "$doing" || doing='' doing_process=''
    while IFS=$US read -r app word inode sum path real uid gid before after status <&3; do
        [ -n "$app" ] && has "$changing" "$app" && ! has "$owed" "$app" || continue
        tentative="$tentative$app $word $inode $sum$NL"
    done 3<<END
$files
END
    subtract "$begun" "$owed" && owed="$owed $rest"
}

names_of_services() {
    while read -r service rest; do
        printf '%s ' "$service"
    done <<END
$services
END
}

# subtract LIST WORDS: into $rest.
subtract() {
    rest=''
    for word in $1; do
        has "$2" "$word" || rest="$rest $word"
    done
}
