"""What is run on a host, in either mode, and what its answer means when it is none."""

from __future__ import annotations

from jobs.inventory import Host
from jobs.remote import HostFailure
from workers.ssh.command import Finished
from workers.ssh.failures import where

NAME = "pgbaton-remote"


def command_for(host: Host, verb: str, *, script: bytes) -> tuple[str, bytes]:
    """The command for read, swap or lift, and what goes before the request on its stdin.

    Plain: the script travels ahead of the request, so that neither `ps` nor sudo's log shows more
    than this one line. Hardened: its name and verb, which the key's forced command reads.
    """
    if host.mode == "hardened":
        return f"{NAME} {verb}", b""
    become = "sudo -n " if host.become == "sudo" and host.user != "root" else ""
    shell = f"""/bin/sh -c 'eval "$(head -c {len(script)})"' {NAME} {verb}"""
    return become + shell, script


def no_answer(finished: Finished, host: Host) -> HostFailure:
    """The script ended without an answer of this protocol: who was it that spoke instead?"""
    said = " ".join(finished.errors.split())[:300] or f"status {finished.status}, no word"
    return HostFailure(
        kind="script",
        reason=f"{where(host)}: the script gave no answer: {said}",
        remedy=_remedy(finished, host),
        retry=False,
    )


def _remedy(finished: Finished, host: Host) -> str:
    if "sudo" in finished.errors:
        return f'let {host.user} run sudo without a password there (README, hosts), or set become = "none"'
    if host.mode == "hardened":
        return "see that the key's line in authorized_keys runs pgbaton-remote, and that both are of one version"
    return "run the same command by hand there; it needs a POSIX shell, coreutils and util-linux"
