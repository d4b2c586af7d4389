#!/bin/sh
# pgbaton-isolate: the one command that the workers' key may run on a database machine, as PostgreSQL's owner.
# It stops a PostgreSQL that takes writes though another member leads, and nothing else. Its one argument is its
# configuration, from the line in authorized_keys; of what the client asks for, only two exact shapes are taken.
set -u
umask 077
trap '' HUP PIPE # it finishes when its client dies
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
unset CDPATH ENV IFS PGDATA PGPORT PGUSER PG_COLOR http_proxy https_proxy ALL_PROXY CURL_HOME

# answer OUTCOME REASON REMEDY: one line, once. All three are our own words, and numbers.
answer() {
    printf '{"outcome": "%s", "reason": "%s", "remedy": "%s"}\n' "$1" "$2" "$3"
    exit 0
}
refuse() { answer refused "$1" "$2"; }
broken() { answer failed "$1" "$2"; }

UNHEARD='Patroni here could not be asked whether it leads'
UNHEARD_REMEDY='see curl to its REST API, with the certificate in isolate.conf: it must say 200 or 503'
asked=${SSH_ORIGINAL_COMMAND:-}
unset SSH_ORIGINAL_COMMAND

# What this machine is, by root's own file.
configured() {
    cluster='' data='' bin='' state='' rest='' cacert='' cert=''
    [ -r "$1" ] || broken 'its configuration is missing' 'pgbaton push'
    while IFS='=' read -r name value; do
        case $name in
            cluster) cluster=$value ;;
            data) data=$value ;;
            bin) bin=$value ;;
            state) state=$value ;;
            rest) rest=$value ;;
            cacert) cacert=$value ;;
            cert) cert=$value ;;
        esac
    done <"$1"
    [ -n "$cluster" ] && [ -n "$data" ] && [ -n "$bin" ] && [ -n "$state" ] && [ -n "$rest" ] ||
        broken 'its configuration is incomplete' 'pgbaton push'
}

# Sets verb, and of an order system, timeline and epoch. Blanks, newlines and whatever else is in no shape.
parsed() {
    verb='' system='' timeline='' epoch=''
    [ "${#asked}" -le 200 ] || refuse 'the order is too long' 'send: isolate CLUSTER SYSTEM/TIMELINE/EPOCH'
    case $asked in
        "check $cluster") verb=check ;;
        "isolate $cluster "*) verb=isolate fence=${asked#"isolate $cluster "} ;;
        *) refuse 'it is no order for this cluster' 'send: isolate CLUSTER SYSTEM/TIMELINE/EPOCH, of this machine'"'"'s cluster' ;;
    esac
    [ "$verb" = isolate ] || return 0
    system=${fence%%/*} epoch=${fence##*/}
    timeline=${fence#*/} timeline=${timeline%/*}
    number "$system" 20 && number "$timeline" 10 && number "$epoch" 18 && [ "$system/$timeline/$epoch" = "$fence" ] ||
        refuse 'the fence is none' 'send: SYSTEM/TIMELINE/EPOCH, in digits'
}

# number TEXT MOST: digits alone, without a leading zero, at most so many.
number() {
    case $1 in
        '' | *[!0-9]* | 0*) return 1 ;;
    esac
    [ "${#1}" -le "$2" ]
}

# What can be seen of PostgreSQL here; nothing is changed.
seen() {
    [ -d "$data" ] || broken 'there is no data directory' 'see data in isolate.conf'
    [ "$(stat -c %u "$data")" = "$(id -u)" ] || broken 'the data directory is of another user' 'log in as PostgreSQL'"'"'s owner: isolation.user'
    [ -x "$bin/pg_ctl" ] && [ -x "$bin/pg_controldata" ] || broken 'there is no pg_ctl' 'see bin in isolate.conf'
    command -v curl >/dev/null && command -v flock >/dev/null || broken 'curl or flock is missing' 'install curl and util-linux'
    [ -d "$state" ] && [ -w "$state" ] || broken 'its folder for the fence is missing' 'pgbaton push, or make it, owned by PostgreSQL'"'"'s owner'
}

# What PostgreSQL's own control file says.
looked() {
    control=$("$bin/pg_controldata" -D "$data" 2>/dev/null) || broken 'pg_controldata gives no answer' 'look at it by hand'
    own_system=$(told 'Database system identifier')
    own_timeline=$(told "Latest checkpoint's TimeLineID")
    own_state=$(told 'Database cluster state')
    number "$own_system" 20 && number "$own_timeline" 10 || broken 'pg_controldata says nothing that is known' 'look at it by hand'
}
told() { printf '%s\n' "$control" | sed -n "s/^$1: *//p"; }

runs() { "$bin/pg_ctl" status -D "$data" >/dev/null 2>&1; }

# Sets heard to Patroni's status here, to silent, or to a question mark where that cannot be understood; and body.
patroni_asked() {
    set -- --silent --noproxy '*' --max-time 3 --max-filesize 200000 --write-out '\n%{http_code}'
    [ -z "$cacert" ] || set -- "$@" --cacert "$cacert"
    [ -z "$cert" ] || set -- "$@" --cert "$cert"
    body=$(curl -q "$@" "$rest")
    case $?:$rest in
        0:*) heard=${body##*"
"} ;;
        7:* | 28:*) heard=silent ;; # refused, no answer in time
        52:http:* | 56:http:*) heard=silent ;; # hung up; over TLS that is how a certificate is refused, too
        *) heard='?' ;;
    esac
}

# A Patroni that says that it leads is right until its lease is over; one that is dead or frozen says nothing.
patroni_agrees() {
    patroni_asked
    case $heard in
        silent) return 0 ;;
        503) ;; # its word for: not the leader
        200) refuse 'Patroni here says that it leads' 'nothing: it is asked again; or stop Patroni here' ;;
        *) refuse "$UNHEARD" "$UNHEARD_REMEDY" ;;
    esac
    case $(printf '%s' "$body" | tr -d ' \t\n') in
        *'"pause":true'*) refuse 'Patroni is paused: who takes writes is decided by hand' 'patronictl resume' ;;
    esac
}

# The fence of each stop is kept, under the lock that is held meanwhile: a job that comes late finds a higher one.
fenced() {
    held_system='' held_timeline=0 held_epoch=0
    if [ -e "$state/fence" ]; then
        IFS=/ read -r held_system held_timeline held_epoch <"$state/fence" || :
        number "$held_system" 20 && number "$held_timeline" 10 && number "$held_epoch" 18 ||
            broken 'the fence that is kept here is unreadable' "remove $state/fence"
        [ "$held_system" = "$system" ] || refuse 'the fence that is kept here is of another system' "remove $state/fence"
    fi
    if [ "$timeline" -lt "$held_timeline" ] || [ "$epoch" -lt "$held_epoch" ]; then
        refuse "the fence is lower than $held_system/$held_timeline/$held_epoch, that of the last stop here" "nothing; after an etcd restore: remove $state/fence"
    fi
}
kept() {
    printf '%s\n' "$system/$timeline/$epoch" >"$state/fence.new" && mv -f "$state/fence.new" "$state/fence" ||
        broken 'the fence cannot be kept' "see the disk below $state"
}

stopped() {
    for how in fast immediate; do
        "$bin/pg_ctl" stop -D "$data" -m "$how" -w -t 5 >/dev/null 2>&1 9>&- </dev/null
        runs || answer stopped "PostgreSQL was stopped ($how)" ''
    done
    broken 'PostgreSQL does not stop' 'kill its postmaster, or shut the machine down'
}

configured "${1:-}"
parsed
seen
if [ "$verb" = check ]; then
    looked
    patroni_asked
    case $heard in
        silent | 200 | 503) answer ready 'a stale primary could be stopped here' '' ;;
        *) broken "$UNHEARD" "$UNHEARD_REMEDY" ;;
    esac
fi
exec 9>>"$state/lock" || broken 'the lock cannot be taken' "see $state"
flock -w 2 9 || answer busy 'another order is at work here' 'nothing; it is tried again'
looked
[ "$own_system" = "$system" ] || refuse 'this is another database: its system identifier differs' 'see machines in the inventory'
fenced
runs || answer already 'PostgreSQL does not run' ''
[ "$own_state" != 'in archive recovery' ] || answer already 'PostgreSQL follows another one, and takes no writes' ''
[ "$own_timeline" -lt "$timeline" ] ||
    refuse "its PostgreSQL timeline $own_timeline is not below the leader's $timeline" 'compare both by hand: nobody can tell here which of them is stale'
patroni_agrees
kept
stopped
