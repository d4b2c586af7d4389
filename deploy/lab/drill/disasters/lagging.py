"""Nobody who lacks orders may lead: not when asked to, and not when nobody else is left."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg

from deploy.lab import layout, patroni
from deploy.lab.asking import ask
from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.disasters.unseen import bystander, standby
from deploy.lab.drill.expected import (
    NOBODY_RESTARTED,
    SAME_MEMBER,
    alarm,
    came,
    changed_leader,
    verdict,
)
from deploy.lab.drill.stage import Stage
from deploy.lab.lab import Lab
from deploy.lab.nemesis import LoseMachine, Parch, StopPatroni
from jobs.audit import Kind

BURST = 4
"""MiB of WAL at once: more than `maximum_lag_on_failover` lets anybody lag."""

REFUSED = "Patroni refused to let a lagging member lead"
RACES = 8.0
"""Seconds in which members that may not lead could try: four of Patroni's rounds."""


def lagging_refused(stage: Stage) -> None:
    """One replica lags, the other leaves, the leader's machine is lost: nobody leads until it returns."""
    old, near = stage.leader(), standby(stage)
    far = bystander(stage)
    dry, gone, lost = Parch(far, old.member), StopPatroni(near), LoseMachine(old.member)
    stage.inject(dry)
    until_lagging(stage, old.member, far)
    asked_in_vain(stage, old.member, far)
    stage.also(gone)
    stage.until(
        "the leader to go on alone", lambda: patroni.standby(stage.lab.footing.rest) is None
    )
    stage.until_ordered_again()
    stage.also(lost)
    stage.until("the alarm", lambda: _leaderless(stage))
    stage.heal(gone)
    stage.until(f"Patroni of {near}", lambda: stage.lab.footing.rest(near))
    stage.settle(RACES)
    stage.heal(lost)
    stage.until_ordered_again()
    stage.heal(dry)
    stage.until_synchronous()
    stage.until_quiet()
    stage.settle(3)


def until_lagging(stage: Stage, leader: str, far: str) -> None:
    """The leader writes much, and Patroni knows that one member has not got it."""
    write_much(stage.lab, leader, mebibytes=BURST)
    stage.until(f"{far} to lag", lambda: _lag(leader, far) > BURST / 2 * 1024**2)


def write_much(lab: Lab, member: str, *, mebibytes: int) -> None:
    """Write so much WAL that nobody has a use for."""
    with psycopg.connect(
        host=layout.MEMBERS[member],
        port=layout.POSTGRESQL_PORT,
        dbname="postgres",
        user="postgres",
        password=lab.secrets.patroni.superuser,
        autocommit=True,
    ) as connection:
        for _ in range(mebibytes):
            connection.execute(
                "SELECT pg_logical_emit_message(false, 'drill', repeat('x', 1048576))"
            )


def _lag(leader: str, far: str) -> int:
    """Bytes; 0 where Patroni does not know them."""
    members = patroni.rest(leader, "/cluster").get("members", [])
    lags = (member.get("lag") for member in members if member["name"] == far)
    return next((lag for lag in lags if isinstance(lag, int)), 0)


def asked_in_vain(stage: Stage, leader: str, far: str) -> None:
    """An operator asks for the lagging member, and takes a no for an answer."""
    answer = ask(stage.lab, leader, "failover", {"candidate": far})
    stage.screen.say(f"asked to let {far} lead, Patroni says {answer.status}: {answer.text}")
    if not answer.granted:
        stage.mark(REFUSED)


def _leaderless(stage: Stage) -> bool:
    later = (e.facts for e in stage.trail.entries if e.at / 1e6 > stage.fault)
    told = (str(f["evidence"]["reason"]) for f in later if f["kind"] == Kind.ALARM)
    return any(reason.startswith("leaderless") for reason in told)


DISASTERS: Mapping[str, Disaster] = {
    "lagging-refused": Disaster(
        title="only members that lack orders are left to lead",
        act=lagging_refused,
        must=(
            SAME_MEMBER,
            changed_leader(1),
            NOBODY_RESTARTED,
            verdict("not-yet"),
            alarm("^leaderless for", name="it is said that nobody leads"),
            came(REFUSED),
        ),
    ),
}
