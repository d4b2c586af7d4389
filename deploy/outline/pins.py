"""SSH host keys out of a file such as known_hosts: without them an existing machine could not be trusted."""

from __future__ import annotations

from collections.abc import Mapping

KEY_FIELDS = 3


def pins(text: str) -> Mapping[str, tuple[str, ...]]:
    """Key fields by address, as `ssh-keyscan` prints them. Comments, marked lines (@revoked) and hashed
    names are left out: they say nothing of a machine that could be looked up."""
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        fields = line.split()
        if len(fields) < KEY_FIELDS or line.startswith(("#", "@", "|")):
            continue
        for name in fields[0].split(","):
            host = name.removeprefix("[").partition("]")[0]
            found[host] = (*found.get(host, ()), " ".join(fields[1:KEY_FIELDS]))
    return found
