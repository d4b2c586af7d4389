"""Fences only rise, and nothing changes without a confirmed verdict."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from deploy.lab.drill.history import History
from deploy.lab.drill.invariants.facts import explained, fence_of, mutates, mutations, of_kind
from deploy.lab.drill.invariants.hosts import restarts
from jobs.audit import Entry, Kind
from jobs.fence import Fence


def lowered_fences(history: History) -> Iterator[str]:
    """Hosts whose fence went from a higher one to a lower one, in their journal or in the trail, without
    that an operator lifted exactly that one on the record. And changes under a fence that the host's journal
    never held."""
    for name, fences in _fences(history):
        lifted = {fence for host, fence in _lifted(history) if host == name.partition(" ")[0]}
        for before, after in pairwise(fences):
            if _lower(after, before) and str(before) not in lifted:
                yield f"{name}: fence went from {before} to {after}"
    for host in history.hosts:
        for fence in _changed_under(history, host.name):
            if fence not in host.fences:
                yield f"{host.name} was changed under {fence}, which its journal never held"


def _lifted(history: History) -> Iterator[tuple[str, str]]:
    """Whose fence was lifted, and which, by the entries of `pgbaton reset-fence`."""
    for entry in of_kind(history, Kind.FENCE_LIFTED):
        told = entry.facts["evidence"]
        for host in str(told["host"]).split(", "):
            yield from ((host, fence) for fence in re.split(", | and ", str(told["fence"])))


def _lower(after: Fence, before: Fence) -> bool:
    return (
        after.system != before.system
        or after.pg_timeline < before.pg_timeline
        or after.epoch < before.epoch
    )


def _fences(history: History) -> Iterator[tuple[str, Sequence[Fence]]]:
    for host in history.hosts:
        yield f"{host.name} (journal)", host.fences
        yield f"{host.name} (trail)", _changed_under(history, host.name)


def _changed_under(history: History, host: str) -> Sequence[Fence]:
    """The fences of a host's changes, as the trail tells them."""
    entries = (e for e in mutations(history) if e.facts["evidence"].get("host") == host)
    return [fence_of(entry) for entry in entries]


def fences_seen(history: History) -> str:
    told = (f"{h.name} " + " < ".join(map(str, h.fences)) for h in history.hosts)
    return "journals: " + ", ".join(told)


def unproven_mutations(history: History) -> Iterator[str]:
    """What was changed before the trail held a confirmed verdict with the same fence; and who was
    isolated although that verdict names it the leader."""
    confirmed: dict[Fence, str] = {}
    for entry in history.entries:
        kind, evidence = entry.facts["kind"], entry.facts["evidence"]
        if kind == Kind.VERDICT and evidence["verdict"] == "confirmed":
            confirmed[fence_of(entry)] = evidence["member"]
        elif not mutates(entry):
            continue
        elif fence_of(entry) not in confirmed:
            yield f"entry {entry.seq}: {_changed(entry)} was changed under {fence_of(entry)} without a verdict"
        elif kind == Kind.ISOLATION and evidence["member"] == confirmed[fence_of(entry)]:
            yield f"entry {entry.seq}: {evidence['member']} was isolated although it leads under {fence_of(entry)}"
    yield from _untold_boots(history)


def _changed(entry: Entry) -> str:
    evidence = entry.facts["evidence"]
    if entry.facts["kind"] == Kind.ISOLATION:
        return f"member {evidence['member']}"
    return evidence.get("host") or "something at Linode"


def _untold_boots(history: History) -> Iterator[str]:
    """Restarts that no entry tells of: somebody else's hand, or a hole in the trail."""
    told = Counter(host for host, _, _ in set(_accounts(history)))
    for host in history.hosts:
        if restarts(host) > told[host.name]:
            yield f"{host.name}: {restarts(host)} restarts, but {told[host.name]} in the trail"


def _accounts(history: History) -> Iterator[tuple[str, Fence, int]]:
    """What the trail explains restarts by: one a fence, and one more each time the host had drifted."""
    drifts, accounts = Counter[str](), {entry.seq for entry in explained(history)}
    for entry in history.entries:
        if entry.facts["kind"] == Kind.DRIFT:
            drifts[_host(entry)] += 1
        elif entry.seq in accounts:
            yield _host(entry), fence_of(entry), drifts[_host(entry)]


def _host(entry: Entry) -> str:
    return str(entry.facts["evidence"]["host"])


def verdicts_told(history: History) -> str:
    verdicts = (e.facts["evidence"] for e in of_kind(history, Kind.VERDICT))
    confirmed = [v for v in verdicts if v["verdict"] == "confirmed"]
    told = ", ".join(f"{v['member']} in epoch {v['fence']['epoch']}" for v in confirmed)
    count = len(list(mutations(history)))
    return f"{count} changes, each after its confirmed verdict ({told})"
