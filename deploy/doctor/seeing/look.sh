# Looks at one machine and changes nothing: one line a fact, its name, a tab, what was seen.
# Before it stand: hook (1: a database node), actions (of the hook), apps (lines FOLDER<tab>FILE), services (lines MANAGER<tab>NAME).
LC_ALL=C PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
tab='	'
: "${script:=/usr/local/bin/pgbaton-hook}" "${patroni:=/etc/patroni}"

say() { printf '%s\t%s\n' "$1" "$(printf '%s' "$2" | tr '\n\t' '  ' | cut -c 1-300)"; }
sum() { sha256sum "$1" 2>/dev/null </dev/null | cut -d ' ' -f 1; }

# as USER COMMAND...: as that user where we are root, else as who we are.
as() {
    user=$1
    shift
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups "$@" </dev/null 2>&1
    else
        "$@" </dev/null 2>&1
    fi
}

look_hook() {
    say hook.sum "$(sum "$script")"
    for file in "$patroni"/*.yml "$patroni"/*.yaml; do
        [ -r "$file" ] || continue
        say patroni.config "$file"
        say callbacks "$(sed -n 's/^ *\(on_[a-z_]*\): *.*pgbaton-hook.*/\1/p' "$file")"
    done
    if [ -x "$script" ]; then
        for action in $actions; do
            said=$(as postgres "$script" --$action) && ended=0 || ended=$?
            say "hook.$action" "$ended $said"
        done
    fi
    say hook.timer "$(systemctl is-active pgbaton-hook.timer 2>/dev/null </dev/null)"
    if [ ! -c /dev/watchdog ]; then
        say watchdog none
    elif as postgres test -w /dev/watchdog >/dev/null; then
        say watchdog usable
    else
        say watchdog "not postgres'"
    fi
}

look_services() {
    printf '%s\n' "$services" | while IFS=$tab read -r manager name; do
        case $manager in
            systemd)
                active=$(systemctl is-active "$name" 2>/dev/null </dev/null)
                enabled=$(systemctl is-enabled "$name" 2>/dev/null </dev/null)
                load=$(systemctl show -p LoadState --value "$name" 2>/dev/null </dev/null)
                [ -z "$load" ] || say service "$name $load ${active:-unknown} ${enabled:-unknown}" ;;
            runit)
                case $(sv status "$name" 2>&1 </dev/null) in
                    run:*) say service "$name loaded active enabled" ;;
                    down:*) say service "$name loaded inactive enabled" ;;
                    *"ermission denied"*) ;; # not seen
                    *) say service "$name not-found inactive disabled" ;;
                esac ;;
        esac
    done
}

look_apps() {
    printf '%s\n' "$apps" | while IFS=$tab read -r folder file; do
        [ -n "$folder" ] && [ -f "$folder/artisan" ] || continue
        connection=$(sed -n 's/^ *DB_CONNECTION *= *//p' "$file" 2>/dev/null | tail -n 1 | tr -d '"\047\r ')
        cache=$folder/bootstrap/cache/config.php cached=none effective=''
        if [ -f "$cache" ]; then
            if [ "$cache" -ot "$file" ]; then cached=older; else cached=newer; fi
            owner=$(stat -c %U "$file" 2>/dev/null)
            ! command -v php >/dev/null || effective=$(as "${owner:-nobody}" php -r "$effective_program" "$cache") || effective=''
        fi
        say laravel "$folder"
        say laravel.connection "$folder ${connection:--}"
        say laravel.cached "$folder $cached"
        say laravel.effective "$folder ${effective:--}"
        look_runs "$folder"
    done
}

# Where the cached configuration leads: the default connection, its host for writes, its port; nothing secret.
effective_program='$c = @include $argv[1]; $d = $c["database"]["default"] ?? ""; $x = $c["database"]["connections"][$d] ?? [];
$h = $x["write"]["host"] ?? $x["host"] ?? ""; echo $d, " ", is_array($h) ? ($h[0] ?? "") : $h, " ", $x["port"] ?? "";'

# Long-lived PHP below a folder, and the unit that each belongs to: they keep the host that they started with.
look_runs() {
    for process in /proc/[0-9]*; do
        line=$(tr '\000' ' ' 2>/dev/null <"$process/cmdline") || continue
        case $line in
            *artisan*queue:work* | *artisan*queue:listen*) what=queue ;;
            *artisan*horizon*) what=horizon ;;
            *artisan*octane:* | *octane*) what=octane ;;
            *artisan*schedule:work*) what=schedule ;;
            *artisan*reverb:start*) what=reverb ;;
            *) continue ;;
        esac
        case "$line $(readlink "$process/cwd" 2>/dev/null) " in
            *"$1/"* | *" $1 "*) ;;
            *) continue ;;
        esac
        unit=$(sed -n 's,.*/\([^/]*\.service\).*,\1,p' "$process/cgroup" 2>/dev/null | tail -n 1)
        say laravel.runs "$1 $what ${unit:--}"
    done
}

say clock "$(date +%s.%N)"
say uid "$(id -u)"
say remote.sum "$(sum /usr/local/sbin/pgbaton-remote)"
say list.sum "$(sum /etc/pgbaton/remote.list)"
[ "$hook" != 1 ] || look_hook
[ -z "$services" ] || look_services
[ -z "$apps" ] || look_apps
say end here
