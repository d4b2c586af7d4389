# reach_leaders: the host itself opens the new address of every application whose files change, each
# address once, before any file is renamed; 2 s at most for each.
reach_leaders() {
    reached=''
    while read -r name a b c d host port rest <&3; do
        [ "$name" = app ] && has "$changing" "$a" && ! has "$reached" "$host:$port" || continue
        reach_leader "$host" "$port"
        reached="$reached $host:$port"
    done 3<<END
$request
END
}

reach_leader() {
    permitted_leader "$1" "$2"
    unquote "$1"
    opens "$text" "$2" >/dev/null 2>&1 3<&- 9>&- && return
    [ "$?" -ne 69 ] || answer failed 'the host has no tool to prove that the leader can be reached' 'install netcat-openbsd'
    answer unreachable-leader "cannot reach $text port $2 from the host" \
        'open the way (firewall, routes, pg listen_addresses), or correct the addresses map of the application'
}

# opens HOST PORT: with whatever there is; 69 where there is nothing.
opens() {
    if command -v bash; then
        timeout 2 bash --norc -c 'exec 3<>"/dev/tcp/$1/$2"' reach "$1" "$2"
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
