#!/bin/sh
# What a booted machine is before its systemd runs: cgroups and a disk of its own, then systemd-nspawn.
# Everything mounted here is gone with this mount namespace, whoever dies.
#
# Usage: boot.sh NAME FOLDER IMAGE CGROUP     (a line on stdin: the network is laid, go on)
set -eu
name=$1 folder=$2 image=$3 cgroup=$4

hostname "$name"
ip link set lo up

# Two systemds in one cgroup would end each other's services. One tree, or one among the old ones.
for tree in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
    if [ -e "$tree/cgroup.procs" ]; then
        mkdir -p "$tree/$cgroup"
        echo 0 >"$tree/$cgroup/cgroup.procs"
    fi
done

mount -t overlay -o "lowerdir=$image,upperdir=$folder/disk,workdir=$folder/work" overlay "$folder/root"
echo up
read -r _
exec systemd-nspawn --quiet --directory="$folder/root" --machine="$name" --boot --console=pipe \
    --register=no --keep-unit --link-journal=no --resolv-conf=off --timezone=off \
    --capability=CAP_NET_ADMIN </dev/null >"$folder/console.log" 2>&1
