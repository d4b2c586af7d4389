"""What is asked of Patroni itself: to hand over, and to take another configuration."""

from __future__ import annotations

from collections.abc import Mapping

from deploy.push.asking import login
from deploy.push.crew import Crew
from deploy.push.request import asking
from deploy.push.steps import Configure, Switch
from deploy.push.trouble import Trouble
from deploy.push.watching import Watching

SWITCH, PATCH, SETTLES = 120.0, 15.0, 2.0
"""Seconds for an answer (a switchover answers when it is over), and for it to take effect."""


def switch(step: Switch, crew: Crew, watching: Watching) -> Trouble | None:
    """Ask the leader to hand over to whom Patroni finds best, and wait until all are well."""
    body = {"leader": step.leader}
    said = _request(crew, step.leader, "POST /switchover", body=body, timeout=SWITCH)
    if isinstance(said, Trouble):
        return said
    return watching.led_by_another(step.group, step.leader)


def configure(step: Configure, crew: Crew, watching: Watching) -> Trouble | None:
    """Through the first member that takes it. Patroni then needs a moment to find out what it can
    set at once, and what only a start of PostgreSQL takes."""
    first: Trouble | None = None
    for member in step.group.members:
        said = _request(crew, member, "PATCH /config", body=step.patch, timeout=PATCH)
        if not isinstance(said, Trouble):
            watching.sleep(SETTLES)
            return None
        first = first or said
    return first


def _request(
    crew: Crew, machine: str, what: str, *, body: Mapping[str, object], timeout: float
) -> str | Trouble:
    wanted = crew.site[machine]
    if wanted.patroni is None:
        return Trouble(machine=machine, reason="has no Patroni", remedy="see the inventory")
    method, _, path = what.partition(" ")
    request = asking(
        wanted.patroni,
        path,
        method=method,
        body=body,
        login=login(wanted.blueprint),
        timeout=timeout,
    )
    answer = crew.links[machine].ask("ask", request, timeout=timeout + PATCH)
    if isinstance(answer, Trouble):
        return answer
    text, _, code = answer.decode("utf-8", "replace").strip().rpartition("\n")
    if code in {"200", "202"}:
        return text
    return Trouble(
        machine=machine,
        reason=f"Patroni says to {what}: {code} {' '.join(text.split())[:300]}",
        remedy="see patronictl list there, then push again",
    )
