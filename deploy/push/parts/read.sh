# read: everything that push compares, in one answer; changes nothing.
read_all() {
    paths='' units='' packages='' etcd='' patroni=''
    while read -r word rest; do
        case $word in
            path) paths="$paths $rest" ;;
            unit) units="$units $rest" ;;
            package) packages="$packages $rest" ;;
            etcd) etcd=$rest ;;
            patroni) patroni=$rest ;;
            end) break ;;
        esac
    done
    say_files
    say_units
    say_packages
    say "program $(readlink /opt/pgbaton/code 2>/dev/null)"
    kept owed | sed 's/^/owed /'
    kept put | sed 's/^/put /'
    say_etcd
    say_patroni
    say end
}

# Paths hold no blank: push refuses others.
say_files() {
    there=''
    for path in $paths; do
        if [ -L "$path" ]; then
            say "kind link $path"
        elif [ -f "$path" ]; then
            there="$there $path"
        elif [ -d "$path" ]; then
            say "kind folder $path"
        elif [ -e "$path" ]; then
            say "kind other $path"
        fi
    done
    [ -n "$there" ] || return 0
    stat -c 'stat %a %U %G %n' -- $there 2>/dev/null
    sha256sum -- $there 2>/dev/null | sed 's/^/sha /'
}

say_units() {
    [ -n "$units" ] || return 0
    systemctl show -p LoadState,UnitFileState,ActiveState,SubState,InvocationID -- $units 2>/dev/null |
        sed 's/^/show /'
}

say_packages() {
    [ -n "$packages" ] || return 0
    dpkg-query -W -f '${Status} ${Package}\n' $packages 2>/dev/null |
        sed -n 's/^[a-z]* ok installed /package /p'
}

say_etcd() {
    [ -n "$etcd" ] || return 0
    say "etcd $(get $etcd /health)"
}

say_patroni() {
    [ -n "$patroni" ] || return 0
    for what in patroni cluster config; do
        say "$what $(get $patroni /$what)"
    done
}

# get URL CA CERT KEY PATH ("-": none): the body in one line, or nothing.
get() {
    url=$1$5
    set -- "$2" "$3" "$4"
    [ "$1" = - ] || set -- "$@" --cacert "$1"
    [ "$2" = - ] || set -- "$@" --cert "$2" --key "$3"
    shift 3
    curl -sS --noproxy '*' --max-time 3 "$@" "$url" 2>/dev/null | tr -d '\n'
}
