#!/bin/sh
# Time does not pass here: a test runs what would be run later by itself.
echo "systemd-run $*" >>/var/lib/units/log
