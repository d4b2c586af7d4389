# ---- The config, one name=value a line.

configured() {
    sender='' cluster='' member='' spool=/var/spool/pgbaton urls='' key='' scheme=v1a cafile='' unknown=''
    [ -f "$config" ] && [ -r "$config" ] || { loud "cannot read $config: mend its path, owner or mode"; return 1; }
    while IFS=' 	' read -r line || [ -n "$line" ]; do
        name=${line%%=*} value=${line#*=}
        case $name in
            '' | '#'*) ;;
            sender | cluster | member | spool | key | scheme | cafile) eval "$name=\$value" ;;
            url) urls=${urls:+$urls$IFS}$value ;;
            path) PATH=$value ;;
            *) unknown="$unknown $(json "$name")" ;;
        esac
    done <"$config"
    [ -z "$temporary" ] || spool=$temporary
    [ -n "$sender" ] && [ -n "$cluster" ] && [ -n "$member" ] && return 0
    loud "$config must name sender, cluster and member, as lines name=value"
    return 1
}
