"""What each kind of entry says to people: one sentence from its evidence, in a tone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from jobs.audit import Kind
from jobs.hearsay import reported
from jobs.inventory import parse_target
from jobs.remote import HOLDS

Tone = Literal["plain", "good", "wary", "bad", "quiet"]

Facts = Mapping[str, Any]


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
            return "plain", f"{name}: {evidence['change']}{note}"
        case _:
            remedy = f". {evidence['remedy']}" if evidence.get("remedy") else ""
            return "bad", f"{name} does not follow yet: {evidence['reason']}{remedy}"


def _dns(evidence: Facts, facts: Facts) -> tuple[Tone, str]:
    name = evidence["record"]
    note = f"; {evidence['note']}" if evidence.get("note") else ""
    match evidence["outcome"]:
        case "changing":
            return "plain", f"DNS record {name}: {evidence['change']}{note}"
        case "superseded":
            return "quiet", f"DNS record {name}: the job gave way ({evidence['reason']})"
        case "changed" | "unchanged" as how:
            to = f"{evidence['target']} ({evidence['member']})"
            return "good", f"DNS record {name} names {to} ({how}){_took(facts)}"
        case _:
            remedy = f". {evidence['remedy']}" if evidence.get("remedy") else ""
            return "bad", f"DNS record {name} does not follow yet: {evidence['reason']}{remedy}"


def _isolation(evidence: Facts, facts: Facts) -> tuple[Tone, str]:
    member = evidence["member"]
    match evidence["outcome"]:
        case "asked":
            return (
                "bad",
                f"isolating {member}, which accepts writes while {evidence['leader']} leads",
            )
        case "changing":
            note = f"; {evidence['note']}" if evidence.get("note") else ""
            return "plain", f"isolating {member}: {evidence['change']}{note}"
        case "isolated":
            return "good", f"{member} is isolated{_took(facts)}: {'; '.join(evidence['did'])}"
        case "spared" | "superseded":
            return "quiet", f"{member} is not isolated: {evidence['reason']}"
        case outcome:
            remedy = f". {evidence['remedy']}" if evidence.get("remedy") else ""
            how = "is isolated in part" if evidence.get("did") else "is not isolated"
            why = "; ".join((*evidence.get("did", ()), evidence["reason"]))
            return "bad", f"{member} {how} ({outcome}): {why}{remedy}"


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
    return "good", f"concluded {facts['seconds']:.1f} s after its opening: {evidence['reason']}"


def _drift(evidence: Facts, _: Facts) -> tuple[Tone, str]:
    return "bad", f"{evidence['host']} drifted: {', '.join(evidence['drift'])}"


def _paused(evidence: Facts, _: Facts) -> tuple[Tone, str]:
    return "bad", f"paused by {evidence['by']}: {evidence['why']}"


def _resumed(evidence: Facts, _: Facts) -> tuple[Tone, str]:
    return "plain", f"resumed by {evidence['by']}"


def _released(evidence: Facts, facts: Facts) -> tuple[Tone, str]:
    by = f" by {evidence['by']}" if evidence.get("by") else ""
    held = f" after {facts['seconds']:.0f} s" if facts["seconds"] is not None else ""
    return "good", f"released{by}{held}: {evidence['reason']}"


def _lifted(evidence: Facts, _: Facts) -> tuple[Tone, str]:
    return (
        "bad",
        f"{evidence['by']} lifted the fence of {evidence['host']} ({evidence['how']}): {evidence['why']}",
    )


def _journal(evidence: Facts, _: Facts) -> tuple[Tone, str]:
    return "plain", f"{evidence.get('text', '')}; from {evidence.get('source', 'a journal')}"


def _acknowledged(evidence: Facts, _: Facts) -> tuple[Tone, str]:
    return "plain", f"acknowledged by {evidence['by']}: {evidence['note']}"


def _checkpoint(evidence: Facts, _: Facts) -> tuple[Tone, str]:
    return "plain", (
        f"entries up to {evidence['through']} were exported and dropped by {evidence['by']}; "
        f"their last hash is {evidence['head']}"
    )


def _gap(evidence: Facts, _: Facts) -> tuple[Tone, str]:
    lost = f"entries {evidence['after'] + 1} to {evidence['anchored']} are lost"
    if evidence.get("how") == "accepted":
        return "plain", f"trail gap, accepted by {evidence['by']}: {lost}: {evidence['reason']}"
    return "bad", f"trail gap: {lost}: {evidence['reason']}"


SENTENCES: Mapping[Kind, Callable[[Facts, Facts], tuple[Tone, str]]] = {
    Kind.EVENT: _event,
    Kind.REFUSED: _refused,
    Kind.OPENED: _opened,
    Kind.VERDICT: _verdict,
    Kind.PLANNED: _planned,
    Kind.HOST: _host,
    Kind.BALANCER: _balancer,
    Kind.DNS: _dns,
    Kind.ISOLATION: _isolation,
    Kind.TAKEN_OVER: _taken_over,
    Kind.SUPERSEDED: _superseded,
    Kind.ALARM: _alarm,
    Kind.CONCLUDED: _concluded,
    Kind.DRIFT: _drift,
    Kind.PAUSED: _paused,
    Kind.RESUMED: _resumed,
    Kind.RELEASED: _released,
    Kind.FENCE_LIFTED: _lifted,
    Kind.JOURNAL: _journal,
    Kind.ACKNOWLEDGED: _acknowledged,
    Kind.CHECKPOINT: _checkpoint,
    Kind.GAP: _gap,
}
