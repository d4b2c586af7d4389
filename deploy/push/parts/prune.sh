# prune: files that a push put and nobody wants any more; a unit among them ends first.
prune() {
    open_state
    reload=''
    while read -r word path; do
        [ "$word" = path ] || break
        grep -qxF -- "$path" "$state/put" || fault foreign "$path" "no push put it there"
        case $path in
            /etc/systemd/system/*/*) reload=yes ;;
            /etc/systemd/system/*) systemctl -q disable --now "${path##*/}" 2>/dev/null; reload=yes ;;
        esac
        rm -f -- "$path" 2>"$errors" || fault full "$path" "$(said)"
        kept put | grep -vxF -- "$path" | rewrite put
        say "did $path"
    done
    [ -z "$reload" ] || systemctl daemon-reload
    say done
}
