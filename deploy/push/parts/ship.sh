# ship: pgbaton's own program; whoever runs it is owed a restart before it changes.
ship() {
    open_state
    notices='' staged=''
    while read -r word a b; do
        case $word in
            notice) notices="$notices$a $b -$newline" ;;
            installer) installer=$(head -c "$a"; echo x) ;;
            archive) break ;;
        esac
    done
    owe || fault full "$state" "$(said)"
    sh -c "${installer%x}" pgbaton-install >"$errors" 2>&1 || fault program /opt/pgbaton "$(tail -n 4 "$errors" | said_last)"
    seal
    say done
}

said_last() { tr '\n' ' ' | cut -c 1-600; }
