"""What must hold where leaders change faster than hosts follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from deploy.lab.drill.expected.hosts import ours
from deploy.lab.drill.history import Boot, History, HostHistory, Leadership
from deploy.lab.drill.invariants.checked import Invariant
from deploy.lab.drill.trailwatch import epoch_of
from jobs.audit import Kind


def since_fault(history: History) -> Sequence[Leadership]:
    """The leaderships since the fault."""
    return [one for one in history.leaderships if one.since > history.fault]


def changes_within(seconds: float) -> Invariant:
    """From the first change of the leader to the last it takes no longer."""

    def wrong(history: History) -> Iterator[str]:
        took = _lasted(history)
        if took is None or took > seconds:
            yield f"{took} s"

    return Invariant(
        f"all leaders change within {seconds:g} s",
        wrong,
        lambda history: f"{_lasted(history)} s from the first to the last",
    )


def _lasted(history: History) -> float | None:
    at = [one.since for one in since_fault(history)]
    return round(at[-1] - at[0], 3) if at else None


def _narrow(history: History) -> Iterator[str]:
    epochs = _epochs(history)
    if len(epochs) < 2:  # noqa: PLR2004 - one epoch is no span
        yield f"the incident tells of the epochs {epochs}"


def _epochs(history: History) -> list[int]:
    """The epochs of the first incident that concluded since the fault."""
    ends = (e.facts for e in history.later() if e.facts["kind"] == Kind.CONCLUDED)
    return next((list(f["evidence"].get("epochs", [])) for f in ends), [])


SPANS = Invariant(
    "the incident spans several epochs", _narrow, lambda history: f"epochs {_epochs(history)}"
)


def _too_often(history: History) -> Iterator[str]:
    """Whoever was restarted more often than leaders changed, or twice under one."""
    led = since_fault(history)
    for host in history.hosts:
        starts = _starts(history, host)
        if len(starts) > len(led):
            yield f"{host.name}: {len(starts)} restarts for {len(led)} leaders"
        for before, boot in pairwise(starts):
            if boot.db_host == before.db_host:
                yield f"{host.name}: restarted twice to {boot.db_host}"


def _starts(history: History, host: HostHistory) -> list[Boot]:
    return [boot for boot in ours(history, host.name) if boot.at > history.fault]


def _counted(history: History) -> str:
    told = (f"{host.name} {len(_starts(history, host))}" for host in history.hosts)
    return f"{len(since_fault(history))} leaders, restarts: {', '.join(told)}"


ONCE_AN_EPOCH = Invariant(
    "no host is restarted more often than the leader changed", _too_often, _counted
)


def _did_not_give_way(history: History) -> Iterator[str]:
    """Hosts that were assigned for an earlier leader and gave way must never have been brought to it."""
    gave = _gave_way(history)
    if not gave:
        yield "no entry says that a host gave way"
    spared = 0
    for host in history.hosts:
        for epoch in gave.get(host.name, ()):
            if epoch in {fence.epoch for fence in host.fences}:
                continue
            spared += 1
            if len(_starts(history, host)) > 1:
                yield f"{host.name} gave way in epoch {epoch}, and was restarted twice all the same"
    if gave and not spared:
        yield "each host that gave way had been brought to that leader already"


def _gave_way(history: History) -> Mapping[str, Sequence[int]]:
    """The epochs in which hosts gave way, by host."""
    found: dict[str, list[int]] = {}
    for facts in (e.facts for e in history.later() if e.facts["kind"] == Kind.SUPERSEDED):
        found.setdefault(facts["evidence"]["host"], []).append(epoch_of(facts))
    return found


def _told(history: History) -> str:
    gave = _gave_way(history)
    return "; ".join(f"{host} in {', '.join(map(str, epochs))}" for host, epochs in gave.items())


GAVE_WAY = Invariant(
    "hosts that were not begun give way, and go straight to the newest leader",
    _did_not_give_way,
    _told,
)


def _not_held(history: History) -> Iterator[str]:
    """Between the return and its release no host may move; afterwards each moves once."""
    back, released = history.leader, _released(history)
    if back is None or released is None:
        yield "no entry says that the hold ended"
        return
    for host in history.hosts:
        moved = [boot.at for boot in _starts(history, host) if boot.at > back.since]
        if any(at < released for at in moved):
            yield f"{host.name} was restarted {min(moved) - back.since:.1f} s after the return, while it was held"
        if len(moved) != 1:
            yield f"{host.name} was restarted {len(moved)} times since the return"


def _released(history: History) -> float | None:
    ends = (history.told_at(e) for e in history.later() if e.facts["kind"] == Kind.RELEASED)
    return next(ends, None)


def _held_for(history: History) -> str:
    back, released = history.leader, _released(history)
    if back is None or released is None:
        return "never held"
    return f"held for {released - back.since:.1f} s after the return, then each host moved once"


HELD_UNTIL_CALM = Invariant(
    "no host moves until the return is calm, then each does once", _not_held, _held_for
)
