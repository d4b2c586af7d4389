# ---- The command line.

main() {
    mode=callback
    while [ $# -gt 0 ]; do
        case $1 in
            --config) [ $# -ge 2 ] || bad_use; config=$2; shift 2 ;;
            --temporary) [ $# -ge 2 ] || bad_use; temporary=$2; shift 2 ;;
            --deliver | --flush | --status | --check | --ping) mode=${1#--}; shift ;;
            -*) bad_use ;;
            *) break ;;
        esac
    done
    case $mode:$# in
        callback:3) callback "$@" || true ;; # Patroni ignores the exit status: there is nobody to tell
        deliver:0 | flush:0 | status:0 | check:0 | ping:0) configured || exit 1; "$mode" ;;
        *) bad_use ;;
    esac
}

bad_use() {
    loud "called wrongly: use pgbaton-hook [--config FILE] ACTION ROLE SCOPE, or --flush, --status, --check, --ping"
    exit 2
}

main "$@"
