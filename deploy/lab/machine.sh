#!/bin/sh
# What a machine of the lab does first, as process 1 of its own namespaces. Killing it kills them all.
#
# Usage: machine.sh NAME FOLDER CHECKOUT     (FOLDER/mounts: lines of "source target")
set -eu
name=$1 folder=$2 checkout=$3

hostname "$name"
ip link set lo up
mount -t tmpfs -o mode=0755 tmpfs /run
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
# A checkout below /tmp must stay visible under the machine's own /tmp.
mkdir /run/checkout
mount --bind "$checkout" /run/checkout
while read -r source target; do
    mount --bind "$source" "$target"
done <"$folder/mounts"
mount -t tmpfs -o mode=1777 tmpfs /tmp
case $checkout in
    /tmp/*) mkdir -p "$checkout" && mount --bind /run/checkout "$checkout" ;;
esac
umount /run/checkout
echo up
# Orphans of the whole machine end here; the shell reaps them while it waits.
while :; do sleep 3600 & wait; done
