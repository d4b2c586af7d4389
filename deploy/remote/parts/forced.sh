# The forced command's own words are never used: only the verb that the client asked for.
case ${SSH_ORIGINAL_COMMAND:-} in
    'pgbaton-remote read') set -- read ;;
    'pgbaton-remote swap') set -- swap ;;
    'pgbaton-remote lift') set -- lift ;;
    *) set -- nothing ;;
esac
unset SSH_ORIGINAL_COMMAND PGBATON_STATE
[ "$me" -eq 0 ] || broken 'must be run by root: see its line in sudoers'
