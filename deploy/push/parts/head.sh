# What every verb shares. The script travels over the connection and is on no machine; its state is:
#   $state/owed    "UNIT HOW ID" a line: units that must still hear of a file. ID is the run of the unit
#                  that has the old file (systemd's InvocationID), "-" until the files are renamed
#   $state/put     paths that a push put here
#   $state/lock    held while a push is at work, with who that is in $state/holder
#   $state/before  what guarded files were, until a new login is seen to succeed
#   $state/work    held by the one verb that changes something
set -u
umask 022
LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
# A client that dies must not stop a verb between two renames.
trap '' PIPE HUP
state=/var/lib/pgbaton/push
newline='
'

say() { printf '%s\n' "$*" 2>/dev/null; }

# fault KIND SUBJECT [WORDS]: the answer of a verb that did not do its work.
fault() {
    say "fault $*"
    exit 1
}

# Errors of a program as one line.
said() { tr '\n' ' ' <"$errors" | cut -c 1-300; }

open_state() {
    mkdir -p "$state" 2>/dev/null || fault state "$state" "cannot be made"
    chmod 0700 "$state"
    exec 9>>"$state/work" || fault state "$state" "cannot be written"
    flock -w "${patience:-60}" 9 || fault busy "$state" "another push's command is still at work"
    errors=$(mktemp "$state/errors.XXXXXX") || fault state "$state" "cannot be written; is the disk full?"
    trap 'rm -f "$errors"' EXIT
}

# rewrite NAME: stdin becomes the state's file, whole or not at all.
rewrite() {
    cat >"$state/$1.new" && sync "$state/$1.new" && mv -T "$state/$1.new" "$state/$1" &&
        sync "$state" && return 0
    rm -f "$state/$1.new"
    return 1
}

kept() { cat "$state/$1" 2>/dev/null || :; }
