"""What must hold of many hosts, some of them in trouble."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from deploy.lab.drill.expected.hosts import ours, ways_named
from deploy.lab.drill.expected.storms import since_fault
from deploy.lab.drill.expected.touched import since as instant
from deploy.lab.drill.history import History, Leadership
from deploy.lab.drill.invariants.checked import Invariant
from deploy.lab.drill.trailwatch import epoch_of
from jobs.audit import Kind
from jobs.remote import HOLDS


def as_quick_as_before(bad: Collection[str], *, spare: float) -> Invariant:
    """Under the second leader since the fault the good hosts follow no more than `spare` seconds later than
    all of them did under the first."""

    def wrong(history: History) -> Iterator[str]:
        without, with_them = took(history, bad)
        if without is None or with_them is None:
            yield "not every good host followed both leaders"
        elif with_them > without + spare:
            yield f"{with_them} s with them, {without} s without"

    return Invariant(
        f"the others follow as quickly as without them, give or take {spare:g} s",
        wrong,
        lambda history: "{1} s with them, {0} s without".format(*took(history, bad)),
    )


def took(history: History, bad: Collection[str]) -> tuple[float | None, float | None]:
    """Seconds from the proof of the first two leaders to the last good host's end."""
    first, second, *_ = (*(_took(history, one, bad) for one in since_fault(history)), None, None)
    return first, second


def _took(history: History, leader: Leadership, bad: Collection[str]) -> float | None:
    good = {host.name for host in history.hosts} - set(bad)
    ends, proven = dict[str, float](), None
    for entry in history.later(leader.since):
        facts, evidence = entry.facts, entry.facts["evidence"]
        if epoch_of(facts) != leader.epoch:
            continue
        if facts["kind"] == Kind.VERDICT and proven is None:
            proven = history.told_at(entry)
        if facts["kind"] == Kind.HOST and evidence["outcome"] in HOLDS:
            ends.setdefault(evidence["host"], history.told_at(entry))
    mine = [at for host, at in ends.items() if host in good]
    complete = good <= ends.keys()
    return round(max(mine) - proven, 3) if proven is not None and complete and mine else None


def each_named(bad: Sequence[str], *, since: str) -> Invariant:
    """Alarms since a mark name exactly these hosts, none of them twice for the same."""

    def wrong(history: History) -> Iterator[str]:
        for host in history.hosts:
            told = ways_named(history, host.name, after=instant(history, since))
            if host.name in bad and not told:
                yield f"nobody named {host.name}"
            if host.name not in bad and told:
                yield f"{host.name} is said to be {told[0]}"
            if len(set(told)) < len(told):
                yield f"{host.name} is named twice for the same: {', '.join(told)}"

    def proof(history: History) -> str:
        at = instant(history, since)
        return "; ".join(f"{h} {', '.join(ways_named(history, h, after=at))}" for h in bad)

    return Invariant(f"each of the {len(bad)} is named, and nobody else", wrong, proof)


def open_between(begin: str, end: str) -> Invariant:
    """No incident concludes between two marks."""

    def wrong(history: History) -> Iterator[str]:
        for entry in history.later(instant(history, begin)):
            if entry.facts["kind"] == Kind.CONCLUDED and history.told_at(entry) < instant(
                history, end
            ):
                yield f"entry {entry.seq} concludes {entry.facts['incident']}"

    return Invariant(
        f"the incident stays open until {end}", wrong, lambda _: "it concluded afterwards"
    )


def each_follows(bad: Sequence[str], *, mark: str, within: float) -> Invariant:
    """Each of these hosts holds the last leader's fence so soon after a mark, by one restart."""

    def wrong(history: History) -> Iterator[str]:
        for host in bad:
            at = _follows(history, host, instant(history, mark))
            if at is None or at > within:
                yield f"{host} followed {at} s after that"
            if history.leader is not None:
                new = [b for b in ours(history, host) if b.at > history.leader.since]
                if len(new) != 1:
                    yield f"{host} was restarted {len(new)} times under the last leader"

    def proof(history: History) -> str:
        at = [_follows(history, host, instant(history, mark)) or 0.0 for host in bad]
        return f"the last one {max(at)} s after that, each restarted once"

    return Invariant(f"each follows within {within:g} s of {mark}", wrong, proof)


def _follows(history: History, host: str, after: float) -> float | None:
    for entry in history.later(after):
        evidence = entry.facts["evidence"]
        mine = entry.facts["kind"] == Kind.HOST and evidence["host"] == host
        if mine and evidence["outcome"] in HOLDS:
            return round(history.told_at(entry) - after, 3)
    return None
