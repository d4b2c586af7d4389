"""The history of a drill, put together at its end from everybody who watched it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

import psycopg

from deploy.lab import counter, layout, outside
from deploy.lab.drill import told
from deploy.lab.drill.browse import read_pages
from deploy.lab.drill.history import History
from deploy.lab.drill.hostwatch import observe, read_orders
from deploy.lab.drill.neighbourhood import parted
from deploy.lab.drill.search import named_secrets, searched_places
from deploy.lab.drill.stage import Stage
from deploy.lab.faults import find
from deploy.lab.inventory import PROFILES
from deploy.lab.lab import Lab
from deploy.lab.process import wait_for, wait_until
from jobs.anchor import Anchor
from jobs.audit import Entry, Kind, to_line
from jobs.names import INTAKE

[UNMANAGED] = layout.UNMANAGED
ANCHORS = 20.0
"""Seconds within which etcd must say what it notes of the trail."""
TOLD_WITHIN = 60.0
"""Seconds that may pass until everything is told: Slack takes a message a second."""


def collect(stage: Stage) -> History:
    """The history, once the last order has ended and no event can come any more."""
    lab = stage.lab
    page, ended = lab.footing.metrics(), tuple(ended_processes(lab))
    _send_customers_home(lab)
    lab.footing.close_intake()
    _until_told(stage)
    anchors = _anchors(lab)  # before the trail, which must know every entry that they note
    trail, channel, rung = _trail(stage), outside.channel(), outside.alerts()
    leader = stage.leaders.leader
    whole = History(
        fault=stage.fault,
        risen=stage.risen,
        profile=_profile(lab),
        ended=ended,
        leap=stage.leap,
        leaderships=tuple(stage.leaders.leaderships),
        injected=tuple(stage.injected),
        marks=dict(stage.marks),
        writable=dict(stage.writable.first),
        writing=tuple(stage.writable.writing),
        orders=tuple(read_orders(lab.history_file)),
        stored=_stored(leader.address, lab.secrets.shop) if leader else frozenset(),
        hosts=tuple(
            observe(lab, name, stage.fences.fences.get(name, []))
            for name in lab.hosts_of(layout.CLUSTER)
        ),
        unmanaged=UNMANAGED,
        counter=counter.HOST if lab.balanced else None,
        entries=trail,
        intake=tuple(stage.trail.trail.entries(INTAKE)),
        lost=tuple(stage.trail.lost),
        typed=tuple(stage.typed),
        accepted=lab.footing.accepted(),
        anchors=anchors,
        slack=told.messages(channel),
        channel=channel,
        alerts=told.alerts(rung, lab.secrets.alerts),
        beats=outside.heartbeats(),
        secrets=named_secrets(lab.secrets),
        places=_places(stage, trail, {"Slack": channel, "the alerts": rung}, page),
    )
    return parted(stage, whole)


def _send_customers_home(lab: Lab) -> None:
    for customers in ("orders", *(("counter",) if lab.balanced else ())):
        find(lab, "operator", customers).stop(grace=10)


def _places(
    stage: Stage, trail: Sequence[Entry], told_outside: Mapping[str, object], page: str
) -> Mapping[str, str]:
    """Every text in which a secret could show, by the name of its place."""
    return {
        "the webhook's metrics": page,
        **{place: json.dumps(said) for place, said in told_outside.items()},
        "the trail": "\n".join(map(to_line, trail)),
        "the process lists": "\n".join(stage.processes.seen),
        "what an operator read": "\n".join(one.said for one in stage.typed),
        **read_pages(stage.lab, _incidents(trail)),
        **searched_places(stage.lab),
    }


def ended_processes(lab: Lab) -> Iterator[str]:
    """pgbaton's own processes by name, of which none lives any more."""
    processes = lab.machines["control"].processes
    for name in sorted({p.name for p in processes}):
        if not any(p.alive for p in processes if p.name == name):
            yield name


def _trail(stage: Stage) -> tuple[Entry, ...]:
    return tuple(stage.trail.trail.entries(layout.CLUSTER))


def _incidents(trail: Sequence[Entry]) -> list[str]:
    return [str(e.facts["incident"]) for e in trail if e.facts["kind"] == Kind.OPENED]


def _until_told(stage: Stage) -> None:
    """Leave the tellers their time; what is missing then, the invariants say."""

    def done() -> bool:
        trail, lost = _trail(stage), stage.trail.lost
        known = told.complete(trail, lost=lost)
        return known and told.heard(stage.lab, trail, risen=stage.risen, lost=lost)

    with suppress(TimeoutError):
        wait_until("everything to be told", done, seconds=TOLD_WITHIN, step=0.5)


def _anchors(lab: Lab) -> tuple[Anchor, ...]:
    """What etcd notes of the trail, which it may take a moment to say."""
    with suppress(TimeoutError):
        return wait_for("etcd's notes", lambda: told.anchors(lab), seconds=ANCHORS, step=0.5)
    return ()


def _stored(address: str, password: str) -> frozenset[str]:
    with psycopg.connect(
        host=address,
        port=layout.POSTGRESQL_PORT,
        dbname="shop",
        user="shop",
        password=password,
        connect_timeout=30,
    ) as connection:
        return frozenset(str(row[0]) for row in connection.execute("SELECT id FROM orders"))


def _profile(lab: Lab) -> str:
    return next(name for name, one in PROFILES.items() if one == lab.profile)
