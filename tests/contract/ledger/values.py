"""Short spellings of the values that the ledger's tests are full of."""

from __future__ import annotations

from jobs.audit import Draft, Kind
from jobs.event import CALLBACK, Event
from jobs.state import Assignment, HostRecord, Incident

CLUSTER = "shop"
ODD = "sh:op/ä {1}*\n"


def event(id_: str, cluster: str = CLUSTER) -> Event:
    return Event(id=id_, type=CALLBACK, sender="pg-1", cluster=cluster, time=None, data={})


def draft(id_: str, **evidence: object) -> Draft:
    return Draft(id=id_, kind=Kind.EVENT, evidence=evidence)


def given(job: str, *, epoch: int = 7, attempt: int = 1) -> Assignment:
    return Assignment(epoch=epoch, attempt=attempt, job=job, beat=0.0)


def record(*, epoch: int = 7, attempt: int = 1, outcome: str = "changed") -> HostRecord:
    return HostRecord(epoch=epoch, attempt=attempt, outcome=outcome, restarted=("php-fpm",))


def incident(id_: str = "shop-1") -> Incident:
    return Incident(id=id_, cluster=CLUSTER, opened=1.5, verdict="confirmed", epochs=(7,))
