# guard: before files that may shut the door behind us. The machine keeps what was there, and puts it
# back by itself unless a new login says `keep` in time; $state/before holds it until then.
before=$state/before
back=pgbaton-push-back

guard() {
    open_state
    disarm
    mkdir "$before" && : >"$before/files" && : >"$before/units" || fault full "$before" "cannot be written"
    count=0 seconds=''
    while read -r word what; do
        case $word in
            path) keep_file "$what" ;;
            unit) ! systemctl -q is-active "$what" </dev/null || say "$what" >>"$before/units" ;;
            seconds) seconds=$what ;;
            end) break ;;
        esac
    done
    put_back >"$before/$back" || fault full "$before" "cannot be written"
    systemd-run -q --collect --unit="$back" --on-active="$seconds" --timer-property=AccuracySec=1 \
        /bin/sh "$before/$back" >"$errors" 2>&1 </dev/null || fault guard "$back" "$(said)"
    say done
}

keep_file() {
    count=$((count + 1))
    if [ -e "$1" ] || [ -L "$1" ]; then
        cp -a -- "$1" "$before/$count" 2>"$errors" || fault full "$before" "$(said)"
        say "$count $1" >>"$before/files"
    else
        say "- $1" >>"$before/files"
    fi
}

# keep: the new login that the guard waits for.
keep() {
    open_state
    [ -d "$before" ] || fault undone "$back"
    disarm
    say done
}

disarm() {
    systemctl -q stop "$back.timer" 2>/dev/null </dev/null
    rm -rf "$before"
}

# The program of that moment. Rules of ours go where the old file knows nothing of them: its own
# reload would leave them.
put_back() {
    cat <<'END'
before=/var/lib/pgbaton/push/before
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
exec 9>>"${before%/*}/work"
flock 9
[ -d "$before" ] || exit 0
echo "no new login came: the files of before this push are put back"
while read -r number path; do
    if [ "$number" = - ]; then
        rm -f -- "$path"
    else
        cp -a -- "$before/$number" "$path.pgbaton-back" && mv -T -- "$path.pgbaton-back" "$path"
    fi
done <"$before/files"
grep -qs 'table inet pgbaton' /etc/nftables.conf || nft delete table inet pgbaton 2>/dev/null
systemctl daemon-reload
while read -r unit; do systemctl reload-or-restart "$unit"; done <"$before/units"
rm -rf "$before"
END
}
