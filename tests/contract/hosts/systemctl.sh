#!/bin/sh
# What the remote script asks of systemctl, answered by runsv: this host has no systemd. A file
# `limit` in a service's folder: it was started too often. `mute`: systemd does not answer.
# `says`: a restart fails with these words.
for unit; do :; done
[ ! -e "$unit/mute" ] || { echo 'Failed to get properties: Connection timed out' >&2 && exit 1; }
case "$*" in
    'show -p InvocationID --value -- '*) cat "$unit/supervise/pid" 2>/dev/null || echo ;;
    'show -p ControlGroup --value -- '*) echo ;;
    'show -p Result --value -- '*) if [ -e "$unit/limit" ]; then echo start-limit-hit; else echo success; fi ;;
    'reset-failed -- '*) rm -f "$unit/limit" ;;
    'restart -- '*)
        [ ! -e "$unit/says" ] || { cat "$unit/says" >&2 && exit 1; }
        [ ! -e "$unit/limit" ] || { echo 'start of the service was attempted too often' >&2 && exit 1; }
        exec sv restart "$unit"
        ;;
    *) echo "systemctl double: $*" >&2 && exit 64 ;;
esac
