"""Hardened mode's three files: the list, sudo's rule and the key's line; without them a key is a shell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from jobs.inventory import Address
from jobs.remote import ServiceRef
from jobs.wire import quote

SCRIPT_PATH = "/usr/local/sbin/pgbaton-remote"
LIST_PATH = "/etc/pgbaton/remote.list"


@dataclass(frozen=True, slots=True, kw_only=True)
class PermittedFile:
    """A managed file. `values`: for each key every value it may have or get: a host, a port or
    `host:port` (in URLs); `*` and `?` stand for characters of names and addresses. Of a list of
    hosts each is a value of its own."""

    path: str
    format: str
    values: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Permitted:
    """Everything that may be asked for one cluster on one host. A file may only lie in one of the
    `roots`, wherever links lead."""

    cluster: str
    roots: Sequence[str]
    files: Sequence[PermittedFile]
    leaders: Sequence[Address]
    services: Sequence[ServiceRef] = ()
    after: Sequence[str] = ()
    checks: Sequence[str] = ()


def remote_list(clusters: Sequence[Permitted]) -> str:
    """The text of LIST_PATH; root must own it, and nobody else may write it (mode 0600)."""
    lines = ["pgbaton-list 1", *(line for cluster in clusters for line in _lines(cluster))]
    return "\n".join(lines) + "\n"


def _lines(permitted: Permitted) -> Iterator[str]:
    yield f"cluster {quote(permitted.cluster)}"
    yield from (f"root {quote(root.rstrip('/'))}" for root in permitted.roots)
    yield from (f"leader {quote(leader.host)} {leader.port}" for leader in permitted.leaders)
    yield from (f"service {quote(s.manager)}:{quote(s.name)}" for s in permitted.services)
    yield from (f"after {quote(command)}" for command in permitted.after)
    yield from (f"check {quote(command)}" for command in permitted.checks)
    for file in permitted.files:
        yield f"file {quote(file.path)} {file.format}"
        for key, values in file.values.items():
            yield " ".join(["key", quote(key), *map(quote, values)])


def sudoers(user: str) -> str:
    """The text of a file in /etc/sudoers.d: this one command, without arguments, and nothing else."""
    return (
        f'Defaults!{SCRIPT_PATH} env_keep += "SSH_ORIGINAL_COMMAND", !requiretty\n'
        f'{user} ALL=(root) NOPASSWD: {SCRIPT_PATH} ""\n'
    )


def authorized_key(public_key: str) -> str:
    """The line of authorized_keys: whatever the client asks for, the script runs, and no tunnel opens."""
    return f'restrict,command="sudo -n {SCRIPT_PATH}" {public_key.strip()}\n'
