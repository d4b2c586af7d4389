# reach_leaders: the host itself opens the new address of every application whose files change, each
# address once, before any file is renamed; 2 s at most for each.
reach_leaders() {
    reached=''
    for_each reach_leader "$request"
}

reach_leader() {
    [ "$1" = app ] && has "$changing" "$2" && ! has "$reached" "$6:$7" || return 0
    reached="$reached $6:$7"
    permitted_leader "$6" "$7"
    unquote "$6"
    port=$7
    opens "$text" "$port" >/dev/null 2>&1 9>&- && return
    [ "$?" -ne 69 ] || answer failed 'the host has no tool to prove that the leader can be reached' 'install netcat-openbsd'
    answer unreachable-leader "cannot reach $text port $port from the host" \
        'open the way (firewall, routes, pg listen_addresses), or correct the addresses map of the application'
}

# opens HOST PORT: with whatever there is; 69 where there is nothing.
opens() {
    if command -v bash; then
        # Its own `read` is the clock: `timeout` would be one more program to start.
        bash --norc -c 'read -rt 2 up < <(exec 3<>"/dev/tcp/$1/$2" && echo up) || { kill $!; exit 1; }' reach "$1" "$2"
    elif command -v nc; then
        timeout 2 nc -z -w 2 "$1" "$2"
    elif command -v perl; then
        timeout 2 perl -MIO::Socket::IP -e 'exit !IO::Socket::IP->new(PeerHost => $ARGV[0], PeerPort => $ARGV[1])' "$1" "$2"
    elif command -v python3; then
        timeout 2 python3 -c 'import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 2)' "$1" "$2"
    else
        return 69
    fi
}
