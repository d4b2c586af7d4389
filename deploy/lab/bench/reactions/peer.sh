#!/bin/sh
# What a callback does without pgbaton: it asks etcd who leads, then moves the hosts one after the other
# ("loop") or by a playbook ("ansible"). Usage: peer.sh PEER SCOPE
here=${0%/*}
. "$here/peer.conf" # endpoints, hosts, file

main() {
    leader=$(get "/service/$2/leader")
    address=$(get "/service/$2/members/$leader" | sed -n 's/.*"conn_url":"postgres:\/\/\([^:/]*\)[:/].*/\1/p')
    [ -n "$address" ] && "$1"
    echo "ended $?"
}

get() {
    etcdctl --endpoints "$endpoints" get --print-value-only "$1"
}

# sv term waits for nothing, where sv restart would look only every 420 ms.
loop() {
    folder=${file%/*} failed=0
    for host in $hosts; do
        ssh -F "$here/ssh_config" "$host" "
            sudo -n sed -i 's/^DB_HOST=.*/DB_HOST=$address/' $file &&
            cd $folder && sudo -n -u shop cp .env .env.cached && sudo -n sv term peer
        " || failed=1
    done
    return $failed
}

ansible() {
    HOME=/tmp ANSIBLE_CONFIG=$here/ansible.cfg ansible-playbook -e "address=$address file=$file" "$here/play.json"
}

main "$@"
