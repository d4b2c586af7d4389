"""How a host is hurt and healed from inside: its sshd, its service, its disk, its file."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from pathlib import Path

from deploy.lab import layout, shophost
from deploy.lab.faults import find
from deploy.lab.lab import Lab
from deploy.lab.machine import LabError
from deploy.lab.stir import Stir

BROKEN = "#!/bin/sh\necho 'shop: cannot start: a library is missing' >&2\nexit 1\n"

FOLDER = "/srv/shop"
ROOM = "4m"
"""The small disk's size; what the shop keeps is far less."""

FILL = f"""
set -eu
install -d /run/small
mount -t tmpfs -o size={ROOM},mode=0755 small /run/small
cp -a {FOLDER}/. /run/small
chown --reference={FOLDER} /run/small
mount --bind /run/small {FOLDER}
cat /dev/zero >{FOLDER}/filler 2>/dev/null || :
for byte in 1 2 3 4 5 6 7 8; do printf . >>{FOLDER}/filler 2>/dev/null || break; done
"""

FREE = f"""
set -eu
set -- /var/lib/pgbaton/*/lock
exec 9>>"$1"
flock 9
rm {FOLDER}/filler
umount -l {FOLDER}
cp -a /run/small/. {FOLDER}
umount -l /run/small
"""


def hang_sshd(lab: Lab, host: str) -> None:
    """SIGSTOP to sshd and to whatever it forked for those who are logged in."""
    _run(lab, host, ["pkill", "-STOP", "-x", "sshd"])


def let_sshd_go_on(lab: Lab, host: str) -> None:
    _run(lab, host, ["pkill", "-CONT", "-x", "sshd"])
    find(lab, host, "sshd").signal(signal.SIGCONT)


def kill_scripts(lab: Lab, host: str) -> None:
    """SIGKILL to every script that waits for a swap. LabError where none does: nothing would be tried."""
    done = lab.machines[host].run(["pkill", "-KILL", "-f", "pgbaton-remote"])
    if done.returncode:
        said = done.stderr.strip() or "is [ssh] ready off?"
        raise LabError(f"no script of pgbaton waits on {host}: {said}")


def break_service(lab: Lab, host: str) -> None:
    """The run script ends at once; the process that runs is left alone."""
    shophost.write_run(lab.folder / host / "service", BROKEN)


def mend_service(lab: Lab, host: str) -> None:
    shophost.write_service(lab.folder / host / "service", host)


def fill_disk(lab: Lab, host: str) -> None:
    """The shop's folder moves to a small disk, and that is filled to its last byte."""
    _run(lab, host, ["sh", "-c", FILL])


def free_disk(lab: Lab, host: str) -> None:
    """What stands on the small disk goes back to the large one. Nobody can write there meanwhile: the host's
    own lock is held."""
    _run(lab, host, ["sh", "-c", FREE])


def forget_key(lab: Lab, host: str) -> None:
    """No key is known, and whoever is logged in is thrown out: the connections of workers are kept."""
    (lab.folder / host / "ssh/authorized_keys").write_text("")
    _run(lab, host, ["sh", "-c", 'pkill -x -P "$(pgrep -o -x sshd)" sshd || :'])


def know_key(lab: Lab, host: str) -> None:
    (lab.folder / host / "ssh/authorized_keys").write_text(lab.secrets.ssh.ssh_public + "\n")


def take_sudo(lab: Lab, host: str) -> None:
    """sudo reads no file with a dot in its name; scripts that wait as root already are killed."""
    allowed = _allowed(lab, host)
    allowed.rename(allowed.with_suffix(".taken"))
    _run(lab, host, ["sh", "-c", "pkill -KILL -f [p]gbaton-remote || :"])


def give_sudo(lab: Lab, host: str) -> None:
    allowed = _allowed(lab, host)
    allowed.with_suffix(".taken").rename(allowed)


def _allowed(lab: Lab, host: str) -> Path:
    """What sudo there reads of our user."""
    return lab.folder / host / "sudoers.d" / shophost.DEPLOY.name


def edit_by_hand(lab: Lab, host: str, address: str) -> None:
    lab.stirs.append(Stir(host=host, what="edit", at=time.time()))
    _run(lab, host, ["sed", "-i", f"s/^DB_HOST=.*/DB_HOST={address}/", layout.ENV_FILE])


def _run(lab: Lab, host: str, argv: Sequence[str]) -> None:
    done = lab.machines[host].run(argv)
    if done.returncode:
        raise LabError(f"{host}: {' '.join(argv)}: {done.stderr.strip()}")
