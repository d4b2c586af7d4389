# The journal: blocks of lines, of which the last whole one counts. A fence is raised by a block that is
# on disk before anything it announces; what follows under it is unsynced: after a power cut every service
# starts anew by itself, so the worst is one phase too many. Blocks are appended, until there are many.
#   owed APP            files of the application changed, and it is not checked yet
#   tentative APP PATH INODE SHA   how its files were at intent; untouched, a dead intent owes nothing
#   doing SERVICE PROCESS   a restart was begun while the service was this process
#   done SERVICE        restarted since its application's files changed
#   did APP             had its restart under this fence

find_state() {
    base=/var/lib/pgbaton
    [ "$me" -eq 0 ] || base=${HOME:-/nonexistent}/.local/state/pgbaton
    [ "$MODE" = hardened ] || base=${state:-${PGBATON_STATE:-$base}}
    folder=$base/$cluster
}

open_state() {
    find_state
    [ -d "$folder" ] || mkdir -p -- "$folder" 2>/dev/null
    if [ -L "$folder" ] || [ ! -O "$folder" ] || [ ! -w "$folder" ]; then
        answer failed "$folder cannot be used for journals" "make it a folder of the user that runs the script, mode 0700"
    fi
    [ -e "$folder/lock" ] || (: >>"$folder/lock") 2>/dev/null || answer failed "cannot write in $folder" 'make room on its disk, or make it writable'
    exec 9>>"$folder/lock"
    flock -w "$wait" 9 || busy
    load_journal
}

busy() {
    load_journal
    answer busy 'another swap of this cluster holds the lock' 'nothing; it is tried again'
}

load_journal() {
    journal_fence='' journal_phase='' owed='' finished='' did='' doing='' doing_process='' tentative=''
    [ -e "$folder/journal" ] || return 0
    block='' blocks=0
    while IFS= read -r line; do
        case $line in
            pgbaton-journal*) block='' blocks=$((blocks + 1)) ;;
            end) take_block ;;
            *) block=$block$line$NL ;;
        esac
    done <"$folder/journal"
    [ -n "$journal_fence" ] || damaged
}

# A journal without one whole block: what it forbade is not known, so only a lift may pass.
damaged() {
    case $verb in
        swap) answer failed "$folder/journal is damaged" 'look at the host, then lift the fence: pgbaton reset-fence' ;;
        read) broken "$folder/journal is damaged; look at the host, then lift the fence: pgbaton reset-fence" ;;
    esac
}

take_block() {
    owed='' finished='' did='' doing='' doing_process='' tentative=''
    for_each take_line "$block"
}

take_line() {
    case $1 in
        fence) journal_fence=$2 ;;
        phase) journal_phase=$2 ;;
        owed) owed="$owed $2" ;;
        done) finished="$finished $2" ;;
        did) did="$did $2" ;;
        doing) doing=$2 doing_process=$3 ;;
        tentative) tentative="$tentative$2 $3 $4 $5$NL" ;;
    esac
}

# keep PHASE: what is known from now on. A fence that was found here may not have come to disk.
keep() {
    if [ -n "$on_disk" ] && [ "$1" != intent ]; then
        append_block "$1"
    elif [ -n "$journal_fence" ] && [ "$blocks" -lt "$MANY" ]; then
        append_block "$1" && sync_staged "$folder/journal"
    else
        print_block "$1" >"$folder/journal.new" && sync_staged "$folder/journal.new" && mv -f "$folder/journal.new" "$folder/journal" && sync "$folder"
    fi 2>/dev/null || not_kept
    on_disk=1 journal_fence=$want journal_phase=$1
}

# not_kept: a block may stand there all the same, and what stands counts from now on.
not_kept() {
    load_journal
    answer failed "cannot write $folder/journal, or bring new files to disk" 'make room on its disk, or make it writable'
}

# stands_on_disk: what is told as held would bear a power cut, whatever became of it when it was written.
stands_on_disk() {
    sync "$folder/journal" 2>/dev/null || not_kept
}

# append_block PHASE: the empty line ends what a full disk may have cut off.
append_block() {
    { echo && print_block "$1"; } >>"$folder/journal"
}

print_block() {
    block="pgbaton-journal 1${NL}fence $want${NL}phase $1$NL"
    for word in $owed; do block="${block}owed $word$NL"; done
    for word in $finished; do block="${block}done $word$NL"; done
    for word in $did; do block="${block}did $word$NL"; done
    [ -z "$doing" ] || block="${block}doing $doing $doing_process$NL"
    for_each print_tentative "$tentative"
    printf '%send\n' "$block"
}

print_tentative() {
    block="${block}tentative $1 $2 $3 $4$NL"
}

# judge_fence: either part lower is refused here, whatever any queue believes.
judge_fence() {
    [ -n "$journal_fence" ] || return 0
    [ "${journal_fence%%/*}" = "${want%%/*}" ] || answer other-system \
        "the host holds $journal_fence: another system" 'move it deliberately: pgbaton adopt'
    fence_timeline "$journal_fence" && held_timeline=$timeline
    fence_timeline "$want"
    if [ "$timeline" -lt "$held_timeline" ] || [ "${want##*/}" -lt "${journal_fence##*/}" ]; then
        answer lower-fence "the host holds $journal_fence, which is newer than $want" \
            'judge again; after an etcd restore: pgbaton reset-fence'
    fi
}
