#!/bin/sh
# Stands before a program that has an effect; at the n-th such call of all of them the whole script dies,
# as if somebody had pulled the plug, or waits until it is told to go on.
bombs=/var/lib/bombs
name=${0##*/}
case $name-${1:-} in systemctl-show | systemctl-is-enabled | systemctl-is-active) harmless=yes ;; esac
if [ -e "$bombs/armed" ] && [ -z "${harmless:-}" ]; then
    count=$(($(cat "$bombs/count" 2>/dev/null || echo 0) + 1))
    echo "$count" >"$bombs/count"
    if [ "$count" = "$(cat "$bombs/kill" 2>/dev/null)" ]; then
        kill -9 0
    fi
    if [ "$count" = "$(cat "$bombs/wait" 2>/dev/null)" ]; then
        touch "$bombs/waiting"
        while [ -e "$bombs/waiting" ]; do /bin/sleep 0.02; done
    fi
fi
case $name in systemctl) exec /var/lib/doubles/systemctl "$@" ;; esac
exec "/bin/$name" "$@"
