"""Versions with known trouble, in one place, so that a new one is one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from deploy.doctor.finding import Finding, error, note, warning

Number = tuple[int, ...]

CORRUPTING = ((3, 5, 0), (3, 5, 2))
"""etcd versions that may lose data after a crash, first and last (etcd-io/etcd#13766)."""
LEAST_WITH_AUTH: Mapping[Number, Number] = {
    (3, 4): (3, 4, 42),
    (3, 5): (3, 5, 28),
    (3, 6): (3, 6, 9),
}
"""Before these, member list and lease keep-alive ask nobody for a password (Patroni's release notes, 4.1.1)."""


def number(version: str) -> Number:
    """3.4.23 as numbers; what is no number counts as 0."""
    return tuple(
        int(part) if part.isdecimal() else 0 for part in version.partition("-")[0].split(".")
    )


def etcd_version(versions: Sequence[str], *, secured: bool) -> Iterator[Finding]:
    """What is known against these versions; `secured`: etcd asks for passwords."""
    for version in versions:
        found, least = number(version), LEAST_WITH_AUTH.get(number(version)[:2])
        if CORRUPTING[0] <= found <= CORRUPTING[1]:
            why = "After a crash a member may come back with other data than the rest."
            yield error(
                "etcd-version",
                f"etcd {version} may corrupt its data",
                why,
                "update to the newest 3.5",
            )
        elif secured and least is not None and found < least:
            why = "With auth on, it still lists members and renews leases for whoever asks."
            wanted = ".".join(map(str, least))
            yield warning(
                "etcd-version",
                f"etcd {version}, must be {wanted} or newer",
                why,
                "update etcd, one member after the other",
            )
    if len(versions) > 1:
        why = "Meant for the time of an update only."
        yield note("etcd-mixed", f"members run {', '.join(versions)}", why, "finish the update")
