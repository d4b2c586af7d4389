"""What is wrong with a NodeBalancer as it stands: the diagnosis as one pure function over evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from deploy.doctor.answers import answers
from deploy.doctor.backends import backends
from deploy.doctor.check import check
from deploy.doctor.evidence import Evidence
from deploy.doctor.finding import Finding, worst_first
from deploy.doctor.firewall import firewalls
from deploy.doctor.front import front
from deploy.doctor.mux import mux
from deploy.doctor.standing import standing

EXAMINATIONS: tuple[Callable[[Evidence], Iterator[Finding]], ...] = (
    front,
    mux,
    check,
    backends,
    answers,
    firewalls,
    standing,
)


def diagnose(seen: Evidence) -> tuple[Finding, ...]:
    """Every finding, the worst first. What could not be seen is judged by the inventory alone."""
    return worst_first(f for examine in EXAMINATIONS for f in examine(seen))
