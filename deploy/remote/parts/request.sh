# receive VERB: the whole request into $request, unless its last line is missing. What is longer than any
# request of a worker is not read: a shell would spend minutes and the machine's memory on it.
receive() {
    verb=$1
    request=$(head -c "$REQUEST_LIMIT" && echo .) # or the shell would drop the last line's own end
    exec </dev/null
    case $request in
        *"${NL}end$NL.") request=${request%"end$NL."} ;;
        *)
            [ "${#request}" -lt $((REQUEST_LIMIT / 2)) ] || broken "the request is longer than $REQUEST_LIMIT bytes, or was cut off; nothing was done"
            broken 'the request was cut off, or something stands behind its end; nothing was done'
            ;;
    esac
    parse_request
}

parse_request() {
    greeting='' told='' cluster='' wait=10 state='' want='' avoid='' force=''
    for_each parse_line "$request"
    [ "$greeting" = 1 ] || broken "speaks pgbaton 1, not '$greeting'; bring worker and host to one version"
    [ "$told" = "$verb" ] || broken "told to $verb, asked to $told"
    case $cluster in
        '' | .* | *[!A-Za-z0-9_.@-]*) broken 'the cluster has no name that could be a folder' ;;
    esac
}

parse_line() {
    case $1 in
        pgbaton) greeting=$2 ;;
        verb) told=$2 ;;
        cluster) cluster=$2 ;;
        wait) wait=$2 && demand_seconds "$2" ;;
        state) unquote "$2" && state=$text ;;
        fence) want=$2 && demand_fence "$2" ;;
        avoid) avoid="$avoid$2 $3$NL" && demand_number "$3" ;;
        force) force=1 ;;
        app) demand_seconds "$3" && demand_seconds "$4" && demand_seconds "$5" && demand_number "$7" ;;
        file) [ "$verb" = read ] || demand_number "$5" ;;
        splice) demand_number "$2" && demand_number "$3" ;;
        service | after | check) [ -n "$2" ] || broken "an empty $1" ;;
        *) broken "unknown line $1" ;;
    esac
}

demand_number() {
    case $1 in
        '' | *[!0-9]* | ????????????????*) broken "'$1' is no number" ;;
    esac
}

demand_seconds() {
    case $1 in
        *[!0-9.]* | *.*.* | .* | *. | 0[0-9]* | '') broken "'$1' is no number of seconds" ;;
    esac
}

demand_fence() {
    case $1 in
        */*/*/* | *[!A-Za-z0-9_./-]*) broken "'$1' is no fence" ;;
        ?*/*/*) demand_number "${1##*/}" && fence_timeline "$1" && demand_number "$timeline" ;;
        *) broken "'$1' is no fence" ;;
    esac
}

fence_timeline() {
    timeline=${1#*/}
    timeline=${timeline%/*}
}

# unquote WORD: into $text, as jobs/wire/words.py made it.
unquote() {
    case $1 in
        -) text= ;;
        *\\*)
            text=$(printf '%b.' "$1")
            text=${text%.}
            ;;
        *) text=$1 ;;
    esac
}
