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
        if [ "$journal_fence" = "$want" ] && [ "$journal_phase" = checked ]; then
            stands_on_disk
            answer held
        fi
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
    for_each app_line "$request"
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

app_line() {
    [ "$1" != app ] || apps="$apps $2"
}

# Applications whose dead intent has touched no byte are owed nothing.
forget_void_intents() {
    [ "$journal_phase" = intent ] || { tentative='' && return; }
    void='' touched=''
    for_each void_or_touched "$tentative"
    tentative='' kept=''
    for app in $owed; do
        has "$void" "$app" && ! has "$touched" "$app" || kept="$kept $app"
    done
    owed=$kept
}

void_or_touched() {
    void="$void $1"
    case $NL$files in
        *"$NL$1$US$2$US$3$US$4$US"*) ;;
        *) touched="$touched $1" ;;
    esac
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
    names_of_services
    subtract "$finished" "$names" && finished=$rest
    subtract "$did" "$begun" && did=$rest
    ! has "$names" "$doing" || doing='' doing_process=''
    for_each_file remember_tentative
    subtract "$begun" "$owed" && owed="$owed $rest"
}

remember_tentative() {
    has "$changing" "$app" && ! has "$owed" "$app" || return 0
    tentative="$tentative$app $word $inode $sum$NL"
}

# names_of_services: of $services, as words into $names.
names_of_services() {
    names=''
    for_each name_of_service "$services"
}

name_of_service() {
    names="$names $1"
}

# subtract LIST WORDS: into $rest.
subtract() {
    rest=''
    for word in $1; do
        has "$2" "$word" || rest="$rest $word"
    done
}
