# The journal is one file, replaced as a whole: fence, phase, and what is still owed under them.
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
    journal_fence='' journal_phase='' owed='' finished='' did='' doing='' doing_process='' tentative='' ended=''
    [ -e "$folder/journal" ] || return 0
    while read -r name a b c d rest; do
        case $name in
            fence) journal_fence=$a ;;
            phase) journal_phase=$a ;;
            owed) owed="$owed $a" ;;
            done) finished="$finished $a" ;;
            did) did="$did $a" ;;
            doing) doing=$a doing_process=$b ;;
            tentative) tentative="$tentative$a $b $c $d$NL" ;;
            end) ended=1 ;;
        esac
    done <"$folder/journal"
    [ -n "$ended" ] || answer failed "$folder/journal is damaged" 'look at the host, then lift the fence: pgbaton reset-fence'
}

# keep PHASE: what is known from now on. Only intent must survive a power cut before what follows it:
# after one, every service starts anew by itself.
keep() {
    {
        printf 'pgbaton-journal 1\nfence %s\nphase %s\n' "$want" "$1"
        for word in $owed; do printf 'owed %s\n' "$word"; done
        for word in $finished; do printf 'done %s\n' "$word"; done
        for word in $did; do printf 'did %s\n' "$word"; done
        [ -z "$doing" ] || printf 'doing %s %s\n' "$doing" "$doing_process"
        print_tentative
        printf 'end\n'
    } 2>/dev/null >"$folder/journal.new" &&
        sync "$folder/journal.new" 2>/dev/null &&
        mv -f "$folder/journal.new" "$folder/journal" 2>/dev/null ||
        answer failed "cannot write $folder/journal" 'make room on its disk, or make it writable'
    [ "$1" != intent ] || sync "$folder" 2>/dev/null
    journal_fence=$want journal_phase=$1
}

print_tentative() {
    while read -r word rest; do
        [ -z "$word" ] || printf 'tentative %s %s\n' "$word" "$rest"
    done <<END
$tentative
END
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
