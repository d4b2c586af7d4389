#!/bin/sh
# What the remote script asks of systemctl, answered by runsv: this host has no systemd.
# systemctl show -p NAME --value -- UNIT | systemctl restart -- UNIT
for unit; do :; done
case "$*" in
    'show -p InvocationID --value -- '*) cat "$unit/supervise/pid" ;;
    'show -p ControlGroup --value -- '*) echo ;;
    'restart -- '*) exec sv restart "$unit" ;;
    *) echo "systemctl double: $*" >&2 && exit 64 ;;
esac
