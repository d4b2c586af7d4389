# put: stages every file beside its target, remembers who must hear of them, renames them.
put() {
    open_state
    settle
    seal
    trap 'discard; rm -f "$errors"' EXIT
    trap 'exit 143' INT TERM
    staged='' notices='' whole='' swept=''
    while read -r word a b c d e; do
        case $word in
            notice) notices="$notices$a $b -$newline" ;;
            file) stage "$a" "$b" "$c" "$d" "$e" ;;
            end) whole=yes; break ;;
        esac
    done
    [ -n "$whole" ] || fault cut - "the request ended early"
    owe || fault full "$state" "$(said)"
    remember || fault full "$state" "$(said)"
    commit
    settle
    seal
    say done
}

# stage SIZE MODE OWNER GROUP PATH, its bytes on stdin
stage() {
    path=$5 folder=${5%/*}
    [ -L "$path" ] || [ ! -d "$path" ] || fault folder "$path"
    umask 022
    mkdir -p "$folder" 2>"$errors" || fault parent "$path" "$(said)"
    sweep "$folder"
    temporary=$(mktemp "$folder/.pgbaton-push.XXXXXX" 2>"$errors") || fault full "$path" "$(said)"
    staged="$staged$temporary $path$newline"
    head -c "$1" >"$temporary" 2>"$errors" || fault full "$path" "$(said)"
    [ "$(stat -c %s "$temporary")" = "$1" ] || fault cut "$path" "the request ended early"
    chown "$3:$4" "$temporary" 2>"$errors" || fault owner "$path" "$(said)"
    chmod "$2" "$temporary" 2>"$errors" || fault full "$path" "$(said)"
    sync "$temporary" 2>"$errors" || fault full "$path" "$(said)"
}

# What a push left that was killed: once a folder, before anything of ours is in it.
sweep() {
    case $swept in *" $1 "*) return 0 ;; esac
    swept="$swept $1 "
    rm -f "$1"/.pgbaton-push.??????
}

discard() {
    printf '%s' "$staged" | while read -r temporary path; do rm -f "$temporary"; done
}

# The new notices before the old: of one unit a restart is remembered rather than a reload, and a
# run that has one old file has an old file, whatever else it was to hear of.
owe() {
    { printf '%s' "$notices"; kept owed; } | awk '
        !($1 in how) { order[++n] = $1; how[$1] = $2; id[$1] = $3; next }
        $2 == "restart" { how[$1] = "restart" }
        END { for (i = 1; i <= n; i++) print order[i], how[order[i]], id[order[i]] }
    ' | rewrite owed 2>"$errors"
}

remember() {
    { kept put; printf '%s' "$staged" | cut -d ' ' -f 2; } | sort -u | rewrite put 2>"$errors"
}

commit() {
    printf '%s' "$staged" | while read -r temporary path; do
        mv -T "$temporary" "$path" 2>"$errors" || fault full "$path" "$(said)"
        sync "${path%/*}"
    done || exit 1
}

# What the machine itself must hear before anybody else: accounts, folders, units.
settle() {
    grep -qs '^@' "$state/owed" || return 0
    for what in @accounts @folders @units; do
        grep -q "^$what " "$state/owed" || continue
        case $what in
            @accounts) systemd-sysusers >"$errors" 2>&1 ;;
            @folders) systemd-tmpfiles --create >"$errors" 2>&1 ;;
            @units) systemctl daemon-reload >"$errors" 2>&1 ;;
        esac || case $what-$? in
            # tmpfiles: 65 and 73 say that some line (of any package) was not done.
            @folders-65 | @folders-73) ;;
            *) fault settle "$what" "$(said)" ;;
        esac
        settled "$what"
    done
}

settled() {
    grep -qs "^$1 " "$state/owed" || return 0
    kept owed | awk -v unit="$1" '$1 != unit' | rewrite owed || fault full "$state"
}

# Which run has the old files. A unit that is started anew from here on reads the new ones, whoever
# starts it; one that was, or that does not run, has nothing to hear.
seal() {
    [ -s "$state/owed" ] || return 0
    kept owed | while read -r unit how run; do
        now=$(systemctl show -p InvocationID --value -- "$unit" 2>/dev/null </dev/null)
        [ -n "$now" ] || continue
        case $run in - | "$now") say "$unit $how $now" ;; esac
    done | rewrite owed || fault full "$state"
}
