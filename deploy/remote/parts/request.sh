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
    while read -r name a b c d host port rest; do
        case $name in
            pgbaton) greeting=$a ;;
            verb) told=$a ;;
            cluster) cluster=$a ;;
            wait) wait=$a && demand_seconds "$a" ;;
            state) unquote "$a" && state=$text ;;
            fence) want=$a && demand_fence "$a" ;;
            avoid) avoid="$avoid$a $b$NL" && demand_number "$b" ;;
            force) force=1 ;;
            app) demand_seconds "$b" && demand_seconds "$c" && demand_seconds "$d" && demand_number "$port" ;;
            file) [ "$verb" = read ] || demand_number "$d" ;;
            splice) demand_number "$a" && demand_number "$b" ;;
            service | after | check) [ -n "$a" ] || broken "an empty $name" ;;
            '') ;;
            *) broken "unknown line $name" ;;
        esac
    done <<END
$request
END
    [ "$greeting" = 1 ] || broken "speaks pgbaton 1, not '$greeting'; bring worker and host to one version"
    [ "$told" = "$verb" ] || broken "told to $verb, asked to $told"
    case $cluster in
        '' | .* | *[!A-Za-z0-9_.@-]*) broken 'the cluster has no name that could be a folder' ;;
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
