#!/bin/sh
# Without this file the lab's users had no Patroni: it builds their venv in FOLDER from LOCK, as root.
#
# Usage: lab_venv.sh FOLDER LOCK
set -eu
cd "$(dirname "$0")/../.."
. deploy/setup/venvs.sh

umask 022
mkdir -p "${1%/*}"
exec 9>"${1%/*}/lock"
flock 9
[ ! -e "$1/.complete" ] || exit 0
for other in "${1%/*}"/lab-*; do
    [ -e "$other/.complete" ] || rm -rf "$other"
done
echo "dev: building the lab's venv in $1" >&2
venv_from "$1" "$2"
touch "$1/.complete"
