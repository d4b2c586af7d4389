# reach_leader: the host itself opens the new address before any file is renamed; 2 s at most.
reach_leader() {
    permitted_leader "$leader_host" "$leader_port"
    unquote "$leader_host"
    if command -v bash >/dev/null; then
        timeout 2 bash --norc -c 'exec 3<>"/dev/tcp/$1/$2"' reach "$text" "$leader_port"
    elif command -v nc >/dev/null; then
        timeout 2 nc -z -w 2 "$text" "$leader_port"
    elif command -v perl >/dev/null; then
        timeout 2 perl -MIO::Socket::IP -e 'exit !IO::Socket::IP->new(PeerHost => $ARGV[0], PeerPort => $ARGV[1])' "$text" "$leader_port"
    elif command -v python3 >/dev/null; then
        timeout 2 python3 -c 'import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 2)' "$text" "$leader_port"
    else
        answer failed 'has no tool to prove that the leader can be reached' 'install netcat-openbsd'
    fi >/dev/null 2>&1 9>&- && return
    answer unreachable-leader "cannot reach $text port $leader_port from the host" \
        'open the way (firewall, routes, pg listen_addresses), or correct the addresses map of the application'
}
