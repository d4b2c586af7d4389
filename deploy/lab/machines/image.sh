#!/bin/sh
# Makes the disk that every booted machine of the lab begins with: what a new Linode has after its first
# boot, namely Debian, the packages, and nothing of ours that runs. Keys and names come with each machine.
#
# Usage, as root: image.sh FOLDER MIRROR SUITE PACKAGE,PACKAGE,...
set -eu
folder=$1 mirror=$2 suite=$3 packages=$4
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

debootstrap --variant=minbase --include="$packages" "$suite" "$folder" "$mirror"

# Packages enable what they bring; on a machine push decides what runs.
in_image() { chroot "$folder" "$@"; }
[ ! -e "$folder/etc/postgresql/15/main" ] || in_image pg_dropcluster 15 main
for unit in etcd patroni postgresql haproxy redis-server nginx php8.2-fpm chrony cron; do
    in_image systemctl --quiet disable "$unit" 2>/dev/null || true
done

# What only costs time where twelve machines boot at once and live for minutes.
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
    e2scrub_reap.service fstrim.timer logrotate.timer man-db.timer phpsessionclean.timer \
    systemd-tmpfiles-clean.timer systemd-networkd-wait-online.service getty.target \
    console-getty.service systemd-hwdb-update.service; do
    ln -sf /dev/null "$folder/etc/systemd/system/$unit"
done

# A journal on disk can be read after its machine is lost.
mkdir -p "$folder/var/log/journal"
rm -f "$folder"/etc/ssh/ssh_host_* "$folder"/var/cache/apt/archives/*.deb "$folder"/var/cache/apt/*.bin
rm -rf "$folder"/var/lib/apt/lists/* "$folder"/usr/share/doc/* "$folder"/usr/share/man/*
