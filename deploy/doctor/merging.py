"""One table from two places: what a machine inside saw, and what only the holder of the keys can see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deploy.doctor.finding import Finding, warning
from deploy.doctor.report import NOT_SEEN, Report, report


def merged(afar: Sequence[Report], here: Sequence[Report]) -> tuple[Report, ...]:
    """The subjects in the order of the place inside. What it could not see of a machine, was seen
    from here; what only here was looked at, comes last."""
    own = {one.subject: one for one in here}
    both = tuple(_both(one, own[one.subject]) if one.subject in own else one for one in afar)
    known = {one.subject for one in afar}
    return (*both, *(one for one in here if one.subject not in known))


def outside(reports: Sequence[Report], inside: Sequence[str]) -> Report | None:
    """Where neither etcd nor Redis answers, perhaps it is we who stand before a firewall: unknown is no
    "no". `inside`: the machines that could look instead; None where something answers, or none could."""
    silent = {f.name for one in reports for f in one.findings} & SILENT
    if not inside or silent != SILENT or any(r.fine for r in reports if r.subject in ANSWERS):
        return None
    what = "neither etcd nor Redis answers: this desk may stand outside of their firewall"
    why = "What is red in this table may only be out of reach from here."
    mend = f"pgbaton doctor --at {inside[0]}"
    return report("network", (), [warning("outside", what, why, mend)])


SILENT = frozenset({"etcd-no-quorum", "redis-down"})
ANSWERS = frozenset({"webhook", "processes"})


def _both(afar: Report, here: Report) -> Report:
    fine = dict.fromkeys((*afar.fine, *here.fine))
    return report(afar.subject, fine, dict.fromkeys((*_seen(afar), *here.findings)))


def _seen(afar: Report) -> Iterator[Finding]:
    yield from (f for f in afar.findings if f.name != NOT_SEEN or not f.what.startswith(MADE_UP))


MADE_UP = ("hook of ", "services and applications on ", "clock of ")
"""How that begins which a look from here makes up for. All else that was not seen inside, such as where
a host must point, was seen by nobody."""
