#!/bin/sh
# Starts the sshd of every host of one machine, each in a mount namespace with files of its own.
#
# Usage: hosts.sh FOLDER     (FOLDER/hosts: lines of "name address"; FOLDER/NAME/: ssh, srv and lib)
set -eu
folder=$1

mkdir -m 0755 /run/sshd
while read -r name address; do
    # /var/lib comes last: it hides the folder of the lab itself.
    unshare --mount --propagation private sh -euc '
        mount --bind "$1/ssh" /etc/ssh
        mount --bind "$1/srv" /srv
        mount --bind "$1/lib" /var/lib
        exec /usr/sbin/sshd -D -e -o PidFile=none -o "ListenAddress=$2"
    ' host "$folder/$name" "$address" &
done <"$folder/hosts"
wait
