# Hardened mode: a root-owned list says what may be asked. What a stolen key can do, and no more:
# - read the listed dotenv files with every value blanked but the listed ones (names of all keys
#   show), and the listed files of other formats whole;
# - turn a listed value into another listed value: point the applications at any listed member,
#   an old one too, after lifting the fence;
# - restart the listed services, run the listed commands and checks as the files' owners, again and
#   again (a denial of service);
# - learn whether a listed leader's port is open from here.
# It cannot write any other byte, name any other file, service or command, or get a shell.
LIST=/etc/pgbaton/remote.list

# load_list: the lines of this cluster into $listed.
load_list() {
    [ "${listed+known}" != known ] || return 0
    guarded "${LIST%/*}" && guarded "$LIST" || broken "$LIST is not root's alone; chown root and chmod go-w it and its folder"
    listed='' mine='' format=''
    while read -r name rest; do
        case $name in
            pgbaton-list) format=$rest ;;
            cluster) mine='' && [ "$rest" != "$cluster" ] || mine=1 ;;
            '' | '#'*) ;;
            *) [ -z "$mine" ] || listed="$listed$name $rest$NL" ;;
        esac
    done <"$LIST"
    [ "$format" = 1 ] || broken "$LIST does not begin with pgbaton-list 1"
    [ -n "$listed" ] || broken "$LIST knows no cluster $cluster"
}

guarded() {
    [ ! -L "$1" ] || return 1
    case $(stat -c '%u %A' -- "$1" 2>/dev/null) in
        '0 '?????-??-?) return 0 ;;
        *) return 1 ;;
    esac
}

# demand_listed LINE WHAT: the line stands in the list as it is.
demand_listed() {
    load_list
    case $NL$listed in
        *"$NL$1$NL"*) return 0 ;;
        *) answer failed "$2 is not in $LIST" 'let root install the list anew: pgbaton script list HOST' ;;
    esac
}

# permitted_file PATH REAL, asked for as $asked: listed, and really inside a listed root.
permitted_file() {
    load_list
    why="is not in $LIST" remedy='let root install the list anew: pgbaton script list HOST'
    file_format=''
    while read -r name a b rest; do
        [ "$name $a" != "file $asked" ] || file_format=$b
    done <<END
$listed
END
    [ -n "$file_format" ] || return 1
    why="leads to $2, outside of every root in $LIST" remedy='let root add its folder there, or correct the link'
    while read -r name a rest; do
        [ "$name" = root ] || continue
        unquote "$a"
        case $2 in
            "$text"/*) return 0 ;;
        esac
    done <<END
$listed
END
    return 1
}

permitted_app() { load_list; }
permitted_service() { demand_listed "service $1" "service ${1#*:}"; }
permitted_command() { demand_listed "$1 $2" "this $1 command"; }
permitted_leader() { demand_listed "leader $1 $2" "leader $1 port $2"; }

# values_of WORD: the list's lines of one file: "key NAME VALUE...".
values_of() {
    mine=''
    while read -r name a rest; do
        case $name in
            file) mine='' && [ "$a" != "$1" ] || mine=1 ;;
            key) [ -z "$mine" ] || printf 'key %s %s\n' "$a" "$rest" ;;
        esac
    done <<END
$listed
END
}

format_of() {
    while read -r name a b rest; do
        [ "$name $a" != "file $1" ] || printf '%s' "$b"
    done <<END
$listed
END
}

# permitted_change WORD REAL: every splice turns listed values into listed values.
permitted_change() {
    refusal=$({ values_of "$1" && printf '%s' "$splices"; } | FILE=$2 SIZE=$(stat -c %s -- "$2") FORMAT=$(format_of "$1") WORK=check awk "$listed_program" 2>&1) && return
    answer failed "$path: ${refusal:-its change cannot be judged}" "let root add the value to $LIST, or write it once by hand"
}

show() {
    if [ "$file_format" = dotenv ]; then
        content=$(values_of "$asked" | FILE=$2 SIZE=$(stat -c %s -- "$2") FORMAT=dotenv WORK=blank awk "$listed_program" 2>/dev/null | base64 -w 0)
        [ -n "$content" ] || [ ! -s "$2" ] || { why='cannot be blanked (is it text?)' remedy='mend the file, or list it under another format' && return 1; }
    else
        content=$(base64 -w 0 <"$2" 2>/dev/null)
    fi
}
