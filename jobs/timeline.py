"""The trail as people read it: one sentence an entry, and an incident's times in one row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from jobs.audit import Entry, Kind
from jobs.hearsay import reported
from jobs.inventory import parse_target
from jobs.remote import HOLDS

Tone = Literal["plain", "good", "bad", "quiet"]

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry as a sentence. `at` is in seconds since 1970 by Redis TIME."""

    seq: int
    at: float
    kind: Kind
    tone: Tone
    text: str
    incident: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Instants of one incident, in seconds since 1970 by Redis TIME; None where it did not happen."""

    opened: float
    heard: float | None = None
    verified: float | None = None
    first_host: float | None = None
    last_host: float | None = None
    concluded: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """An incident in one row: where from and to, how it stands, when what was."""

    id: str
    before: str | None
    member: str | None
    state: str
    times: Times
    hosts: Mapping[str, str]


def tell(entry: Entry) -> Line:
    """Turn an entry into the sentence that people read."""
    facts = entry.facts
    kind = Kind(facts["kind"])
    tone, text = _SENTENCES[kind](facts["evidence"], facts)
    return Line(
        seq=entry.seq,
        at=entry.at / 1e6,
        kind=kind,
        tone=tone,
        text=text,
        incident=facts["incident"],
    )


def of_incident(entries: Iterable[Entry], incident: str) -> list[Entry]:
    """The entries of one incident, and the events that were heard while it lasted or just before.

    An event is recorded before anybody knows whether it opens an incident, so those of the last
    seconds before the opening belong to it.
    """
    everything = list(entries)
    own = [e for e in everything if e.facts["incident"] == incident]
    if not own:
        return []
    begins, ends = own[0].at - _JUST_BEFORE, own[-1].at
    return [e for e in everything if e in own or (_is_event(e) and begins <= e.at <= ends)]


_JUST_BEFORE = 2_000_000
"""Microseconds; a respond looks for at most a second before it opens an incident."""


def _is_event(entry: Entry) -> bool:
    return bool(entry.facts["kind"] == Kind.EVENT)


def summarise(entries: Sequence[Entry]) -> Summary | None:
    """Fold one incident's entries, oldest first, into its row; None where it never opened."""
    facts = [(e.at / 1e6, e.facts) for e in entries]
    opened = next(((at, f) for at, f in facts if f["kind"] == Kind.OPENED), None)
    if opened is None:
        return None
    verdicts = [(at, f["evidence"]) for at, f in facts if f["kind"] == Kind.VERDICT]
    confirmed = [(at, v) for at, v in verdicts if v["verdict"] == "confirmed"]
    ended = next((at for at, f in facts if f["kind"] == Kind.CONCLUDED), None)
    hosts = [(at, f["evidence"]) for at, f in facts if f["kind"] == Kind.HOST]
    held = [at for at, h in hosts if h["outcome"] in HOLDS]
    return Summary(
        id=opened[1]["incident"],
        before=opened[1]["evidence"].get("before"),
        member=confirmed[-1][1]["member"] if confirmed else None,
        state="concluded" if ended else (verdicts[-1][1]["verdict"] if verdicts else "open"),
        times=Times(
            opened=opened[0],
            heard=next((at for at, f in facts if f["kind"] == Kind.EVENT), None),
            verified=confirmed[0][0] if confirmed else None,
            first_host=min(held, default=None),
            last_host=max(held, default=None),
            concluded=ended,
        ),
        hosts={h["host"]: h["outcome"] for _, h in hosts},
    )


def _event(evidence: Facts, _: Facts) -> tuple[Tone, str]:
    return "quiet", reported(evidence)


def _refused(evidence: Facts, _: Facts) -> tuple[Tone, str]:
    return "bad", f"refused {evidence.get('count', 1)} requests: {evidence.get('reason', '')}"


def _opened(evidence: Facts, facts: Facts) -> tuple[Tone, str]:
    led = f"; {evidence['before']} led until now" if evidence.get("before") else ""
    return "bad", f"incident {facts['incident']} opened: {evidence['why']}{led}"


def _verdict(evidence: Facts, _: Facts) -> tuple[Tone, str]:
    notes = "".join(f"; {note}" for note in evidence.get("notes", ()))
    return "good" if evidence[
        "verdict"
    ] == "confirmed" else "bad", f"{evidence['verdict']}: {evidence['reason']}{notes}"


def _planned(evidence: Facts, _: Facts) -> tuple[Tone, str]:
    targets = [parse_target(t) for t in evidence["hosts"]]
    verb = {"host": "repointing", "nodebalancer": "watching", "dns": "publishing"}[targets[0].kind]
    return "plain", f"{verb} {', '.join(t.told for t in targets)}"


def _host(evidence: Facts, facts: Facts) -> tuple[Tone, str]:
    took = f" in {facts['seconds']:.2f} s" if facts["seconds"] is not None else ""
    restarted = f", restarted {', '.join(evidence['restarted'])}" if evidence["restarted"] else ""
    host = evidence["host"]
    if evidence.get("behind"):
        host += f" (behind NodeBalancer {evidence['behind']})"
    if evidence["outcome"] in HOLDS:
        return (
            "good",
            f"{host} follows {evidence['member']} ({evidence['outcome']}{restarted}){took}",
        )
    remedy = f". {evidence['remedy']}" if evidence["remedy"] else ""
    return (
        "bad",
        f"{host} does not follow yet ({evidence['outcome']}): {evidence['reason']}{remedy}",
    )


def _balancer(evidence: Facts, facts: Facts) -> tuple[Tone, str]:
    name, took = f"NodeBalancer {evidence['balancer']}", _took(facts)
    note = f"; {evidence['note']}" if evidence.get("note") else ""
    match evidence["outcome"]:
        case "landed":
            return "good", f"a login through {name} lands on {evidence['member']}{took}"
        case "follows":
            return "good", f"{name} follows {evidence['member']}{took}{note}"
        case "changing":
            return "plain", f"{name}: {evidence['change']}"
        case _:
            remedy = f". {evidence['remedy']}" if evidence.get("remedy") else ""
            return "bad", f"{name} does not follow yet: {evidence['reason']}{remedy}"


def _dns(evidence: Facts, facts: Facts) -> tuple[Tone, str]:
    name = evidence["record"]
    match evidence["outcome"]:
        case "changing":
            return "plain", f"DNS record {name}: {evidence['change']}"
        case "changed" | "unchanged" as how:
            to = f"{evidence['target']} ({evidence['member']})"
            return "good", f"DNS record {name} names {to} ({how}){_took(facts)}"
        case _:
            remedy = f". {evidence['remedy']}" if evidence.get("remedy") else ""
            return "bad", f"DNS record {name} does not follow yet: {evidence['reason']}{remedy}"


def _took(facts: Facts) -> str:
    return f" after {facts['seconds']:.2f} s" if facts["seconds"] is not None else ""


def _taken_over(evidence: Facts, facts: Facts) -> tuple[Tone, str]:
    silent = f" after {facts['seconds']:.1f} s of silence" if facts["seconds"] is not None else ""
    hosts = ", ".join(parse_target(h).told for h in evidence["hosts"])
    return "bad", f"taken over from a silent worker{silent}: {hosts}"


def _superseded(evidence: Facts, _: Facts) -> tuple[Tone, str]:
    return "quiet", f"{evidence['host']}: the job gave way ({evidence['reason']})"


def _alarm(evidence: Facts, _: Facts) -> tuple[Tone, str]:
    remedy = f". {evidence['remedy']}" if evidence.get("remedy") else ""
    return "bad", f"{evidence['reason']}{remedy}"


def _concluded(evidence: Facts, facts: Facts) -> tuple[Tone, str]:
    return "good", f"concluded after {facts['seconds']:.1f} s: {evidence['reason']}"


def _drift(evidence: Facts, _: Facts) -> tuple[Tone, str]:
    return "bad", f"{evidence['host']} drifted: {', '.join(evidence['drift'])}"


def _paused(evidence: Facts, _: Facts) -> tuple[Tone, str]:
    return "bad", f"paused by {evidence['by']}: {evidence['why']}"


def _resumed(evidence: Facts, _: Facts) -> tuple[Tone, str]:
    return "plain", f"resumed by {evidence['by']}"


def _lifted(evidence: Facts, _: Facts) -> tuple[Tone, str]:
    return (
        "bad",
        f"{evidence['by']} lifted the fence of {evidence['host']} ({evidence['how']}): {evidence['why']}",
    )


def _journal(evidence: Facts, _: Facts) -> tuple[Tone, str]:
    return (
        "plain",
        f"taken in from {evidence.get('source', 'a journal')}: {evidence.get('text', '')}",
    )


_SENTENCES: Mapping[Kind, Callable[[Facts, Facts], tuple[Tone, str]]] = {
    Kind.EVENT: _event,
    Kind.REFUSED: _refused,
    Kind.OPENED: _opened,
    Kind.VERDICT: _verdict,
    Kind.PLANNED: _planned,
    Kind.HOST: _host,
    Kind.BALANCER: _balancer,
    Kind.DNS: _dns,
    Kind.TAKEN_OVER: _taken_over,
    Kind.SUPERSEDED: _superseded,
    Kind.ALARM: _alarm,
    Kind.CONCLUDED: _concluded,
    Kind.DRIFT: _drift,
    Kind.PAUSED: _paused,
    Kind.RESUMED: _resumed,
    Kind.FENCE_LIFTED: _lifted,
    Kind.JOURNAL: _journal,
}
