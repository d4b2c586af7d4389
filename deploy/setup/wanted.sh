# shellcheck shell=sh
# Which Debian packages a command of ./dev needs, what shows that each is there, and why.
# wanted WHAT prints the missing ones, one per line: package, tab, reason.
# A program or file decides, not dpkg: a PostgreSQL from another archive does as well.

wanted() {
    case $1 in
        check) wanted_for_python ;;
        peers) wanted all && wanted_for_peers ;;
        *) wanted_for_python && wanted_for_lab && wanted_for_machines && wanted_for_shell ;;
    esac
}

wanted_for_python() {
    need python3-venv '/usr/lib/python3*/ensurepip/__init__.py' "builds .venv"
    need openssl openssl "the hook signs with it, and so do its tests"
    need dash dash "the hook, the remote script and ./dev must run in it"
    need procps ps "tests look for what a process list shows"
}

wanted_for_lab() {
    need etcd-server etcd "holds who leads the cluster: three of them in the lab"
    need etcd-client etcdctl "asks etcd by another road than our own"
    need postgresql '/usr/lib/postgresql/*/bin/initdb' "the database: three members in the lab"
    need patroni /usr/bin/patroni "Debian's own Patroni 3, for --patroni 3"
    need python3-psycopg2 '/usr/lib/python3/dist-packages/psycopg2' "Patroni 3 speaks to PostgreSQL with it"
    need python3-etcd '/usr/lib/python3/dist-packages/etcd' "Patroni 3 speaks to etcd with it"
    need haproxy haproxy "owns a database node's traffic port; balances as a NodeBalancer in the lab"
    need redis-server redis-server "keeps queue, incidents and audit trail"
    need libfaketime '/usr/lib/*/faketime/libfaketime.so.1' "moves Redis' clock, where an hour must pass in a drill"
    need openssh-server sshd "how a host is reached to be repointed"
    need runit runsvdir "supervises the shop's service on the lab's hosts"
    need iproute2 ip "every node of the lab is a network namespace"
    need nftables nft "partitions the lab's network"
}

wanted_for_machines() {
    need debootstrap debootstrap "makes the Debian that the lab's booted machines run"
    need systemd-container systemd-nspawn "boots them: real systemd, sudo and php-fpm"
    need cloud-init cloud-init "checks what a new Linode is told at its first boot"
    need pgbouncer /usr/sbin/pgbouncer "one of the applications that follow a leader"
}

wanted_for_shell() {
    need openssh-client ssh-keygen "makes the lab's keys"
    need sudo sudo "hardened hosts run the remote script through it"
    need acl setfacl "tests that a file keeps its ACL"
    need attr setfattr "tests that a file keeps its extended attributes"
    need curl curl "the hook posts with it"
    need chromium chromium "opens the pages as people do, for tests and screenshots"
    need prometheus promtool "checks the alert rules, and that each fires"
    need util-linux flock "locks on the hosts, and around this set-up"
}

wanted_for_peers() {
    need ansible-core ansible-playbook "does the same work beside pgbaton, for ./dev bench fanout and reaction"
}

# need PACKAGE SIGN WHY: the sign is a program's name, or a path in which * may stand.
need() {
    sign_found "$2" || printf '%s\t%s\n' "$1" "$3"
}

sign_found() {
    case $1 in
        /*) path_found "$1" ;;
        *) command -v "$1" >/dev/null 2>&1 ;;
    esac
}

path_found() {
    # shellcheck disable=SC2086 # the star is there to be expanded
    set -- $1
    [ -e "$1" ]
}
