# Runs as the file's owner: writes the new bytes beside the file. On stdin: folder, name, splices.
# Says `staged TEMPORARY`, `changed`, or `failed REASON`, behind what the programs said.
set -u
umask 077
say() {
    printf '%s\n' "$*"
    exit 0
}
give_up() {
    rm -f -- "$tmp"
    say "$@"
}
IFS= read -r folder
IFS= read -r name
cd -P -- "$folder" 2>/dev/null || say failed "cannot enter $folder"
[ "$PWD" = "$folder" ] || say changed
# What a killed swap left behind.
for stale in ".$name.pgbaton-"*; do
    [ ! -f "$stale" ] && [ ! -L "$stale" ] || rm -f -- "$stale"
done
# Exclusive and unpredictable: a link planted under a guessed name is never followed.
read -r token </proc/sys/kernel/random/uuid
tmp=./.$name.pgbaton-$token
set -C
create() { printf '' >"$tmp"; }
create || say failed "cannot write beside it"
set +C

# between FROM TO: those bytes of the file.
between() {
    [ "$1" -lt "$2" ] || return 0
    if [ "$1" -eq 0 ]; then
        head -c "$2" <"./$name"
    else
        tail -c "+$(($1 + 1))" <"./$name" 2>/dev/null | head -c "$(($2 - $1))"
    fi
}
compose() {
    position=0
    while read -r word offset length text; do
        [ "$word" = splice ] || break
        between "$position" "$offset" || return
        [ "$text" = - ] || printf '%b' "$text" || return
        position=$((offset + length))
    done
    tail -c "+$((position + 1))" <"./$name"
}
# alike: cp says if it cannot keep a mode; owner and group it may leave without a word, and a label.
alike() {
    ours "./$name" && ours "$tmp" && [ ! -e /sys/fs/selinux/enforce ] && return
    both=$(stat -c '%u %g %a %C' -- "./$name" "$tmp" 2>/dev/null)
    [ "${both%
*}" = "${both#*
}" ]
}
ours() { [ -O "$1" ] && [ -G "$1" ]; }
compose >"$tmp" || give_up failed "cannot write beside it"
cp --attributes-only --preserve=all --no-preserve=timestamps -- "./$name" "$tmp" || give_up failed "cannot keep its owner, mode or ACL"
alike || give_up failed 'cannot keep its owner, group, mode and label'
say staged "$tmp"
