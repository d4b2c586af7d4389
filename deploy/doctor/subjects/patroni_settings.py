"""Patroni's dynamic configuration as it is in effect: what it makes of a failover, and what is lost by one."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.doctor.evidence import Unseen
from deploy.doctor.finding import Finding, error, note, warning
from deploy.doctor.report import not_seen
from deploy.doctor.subjects.patroni_seen import TIMES, PatroniSeen


def settings(seen: PatroniSeen) -> Iterator[Finding]:
    """Against the inventory, against Patroni's own rule, and against what a lost leader would cost."""
    yield from _settings(seen)
    yield from _timing(seen)
    yield from _synchronous(seen)


def _settings(seen: PatroniSeen) -> Iterator[Finding]:
    if isinstance(seen.config, Unseen):
        yield not_seen("the dynamic configuration", seen.config)
        return
    for name, own in TIMES.items():
        has, must = seen.config.get(name, own), getattr(seen.cluster, name)
        if has != must:
            why = "What pgbaton says and rehearses of times is not what happens."
            yield warning(
                "patroni-settings",
                f"{name} is {has}, {must} in the inventory",
                why,
                f"{seen.edit} --set {name}={must}",
            )
    has = seen.config.get("failsafe_mode") is True
    if has is not seen.cluster.failsafe:
        what = f"failsafe_mode is {_on(has)}, {_on(seen.cluster.failsafe)} in the inventory"
        why = (
            "In an outage of etcd the leader goes on; nothing tells of it but this."
            if has
            else "An outage of etcd demotes the leader: nobody can write until etcd is back."
        )
        yield warning(
            "patroni-failsafe",
            what,
            why,
            f"{seen.edit} --set failsafe_mode={_on(seen.cluster.failsafe, 'true', 'false')}",
        )


def _on(value: object, on: str = "on", off: str = "off") -> str:
    return on if value else off


def _timing(seen: PatroniSeen) -> Iterator[Finding]:
    """Patroni itself shortens what breaks the rule, in silence: what is configured is not what counts."""
    if isinstance(seen.config, Unseen):
        return
    ttl, loop, retry = (int(seen.config.get(name, own)) for name, own in TIMES.items())
    if loop + 2 * retry > ttl:
        what = f"loop_wait {loop} + 2 x retry_timeout {retry} is more than ttl {ttl}"
        why = "A leader that waits for etcd loses its key meanwhile: it is demoted in good health."
        yield error("patroni-timing", what, why, f"{seen.edit} --set ttl={loop + 2 * retry}")


def _synchronous(seen: PatroniSeen) -> Iterator[Finding]:
    if isinstance(seen.config, Unseen):
        return
    on = seen.config.get("synchronous_mode") not in {None, False, "off"}
    if not on and seen.cluster.synchronous:
        why = "A lost leader takes acknowledged orders with it."
        yield error(
            "asynchronous",
            "synchronous_mode is off, must be on",
            why,
            f"{seen.edit} --set synchronous_mode=true",
        )
    elif not on:
        why = "A lost leader may take the last acknowledged orders with it; the inventory accepts that."
        yield note(
            "asynchronous",
            "replication is asynchronous",
            why,
            f"synchronous = true in [clusters.{seen.name}]",
        )
    elif not seen.whole and not any(m.synchronous for m in seen.up):
        silent = Unseen(reason="not every member answers", remedy="see above")
        yield not_seen("who is synchronous", silent)
    elif seen.standbys and not any(m.synchronous for m in seen.up):
        strict = seen.config.get("synchronous_mode_strict") is True
        why = (
            "Nobody can write (synchronous_mode_strict)."
            if strict
            else "Orders are acknowledged by the leader alone, and lost with it; nobody may take over without a loss."
        )
        yield error(
            "no-sync-standby",
            "synchronous_mode is on, and no standby is synchronous",
            why,
            "see why no standby streams: patronictl list",
        )
