# Reads one request from stdin, does it under a lock, prints one answer at the end.
# Nothing of a request is ever evaluated as shell code, except the after-commands and checks,
# which are shell commands by contract and run as the application's own user.

set -u -f
umask 077
# With SSH_CLIENT set, bash reads the user's start files even for a command.
unset CDPATH ENV BASH_ENV SSH_CLIENT SSH2_CLIENT SSH_CONNECTION
LC_ALL=C
PATH=/usr/sbin:/usr/bin:/sbin:/bin
BLANKS=' 	
'
IFS=$BLANKS
export LC_ALL PATH
# A client that dies must not end a swap half way; the answer is then printed to nobody.
trap '' PIPE HUP INT TERM

NL='
'
US=$(printf '\037') # separates fields of our own lists; paths with control characters are refused
LOG_LIMIT=65536
FILE_LIMIT=1048576
REQUEST_LIMIT=262144
MANY=16 # blocks of a journal that is written anew: a shell reads it byte by byte
verb=
account='' account_of='' own_group=''
journal_fence='' journal_phase='' on_disk='' restarted='' timings='' staged='' unsynced=''

# The user and the group that run this, into $me and $my_group.
while read -r name a rest; do
    case $name in
        Uid:) me=${rest%%[!0-9]*} ;;
        Gid:) my_group=${rest%%[!0-9]*} && break ;;
    esac
done </proc/self/status

# for_each FUNCTION LINES [SEPARATOR]: calls it with the words of each line, and with empty ones behind
# them. A request is gone through a dozen times, and `while read` asks the kernel for every single byte.
for_each() {
    IFS=$NL
    for line in $2; do
        IFS=${3:-$BLANKS}
        called "$1" $line '' '' '' '' '' ''
    done
    IFS=$BLANKS
}

called() {
    IFS=$BLANKS
    "$@"
}

# answer OUTCOME [REASON REMEDY]: the one thing ever printed, and the end.
answer() {
    discard_staged
    text="pgbaton 1 $verb${NL}outcome $1${NL}fence ${journal_fence:--}${NL}phase ${journal_phase:--}$NL"
    for service in $restarted; do
        text="${text}restarted ${service#*:}$NL"
    done
    text=$text$timings
    [ -z "${2:-}" ] || text="${text}reason $(one_line "$2")${NL}remedy $(one_line "${3:-}")$NL"
    printf '%send\n' "$text" 2>/dev/null
    exit 0
}

one_line() {
    printf '%s' "$1" | tr '\000-\037\177' ' ' | cut -c 1-600
}

# broken WHY: the request itself is none; the worker shows what stands on stderr.
broken() {
    printf 'pgbaton-remote: %s\n' "$1" >&2
    exit 65
}

# has LIST WORD: lists are words between spaces.
has() {
    case " $1 " in
        *" $2 "*) return 0 ;;
        *) return 1 ;;
    esac
}

# The monotonic clock in hundredths of a second, into $now, without a fork.
look_at_clock() {
    read -r now rest </proc/uptime
    now=${now%.*}${now#*.}
}

# took STAGE SINCE: notes how long a stage lasted.
took() {
    look_at_clock
    spent=$((now - $2))
    timings="${timings}seconds $1 $((spent / 100)).$((spent / 10 % 10))$((spent % 10))$NL"
}

# milliseconds 1.500: into $ms.
milliseconds() {
    ms=$((${1%.*} * 1000 + 1${1#*.} - 1000))
}
