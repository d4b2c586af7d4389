"""Whatever happens, in whatever order: the webhook hears everything, once, and its last word is the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.balancer.found import FoundNode
from tests.fakes.hosts import WorkerDied
from tests.unit.workers.probe.desk import Desk

STATUSES = ("UP", "DOWN", "unknown")
Step = Callable[[Desk], object]


def flip(member: str, status: str) -> Step:
    return lambda desk: desk.turn(**{member: status})


def reboot(desk: Desk) -> None:
    """A machine's reboot begins; the one before it ends."""
    for event in desk.events.events:
        desk.events.become(event.id, "finished")
    desk.events.happen("linode_reboot", "pg1")


def lose_webhook(desk: Desk) -> None:
    desk.webhook.away = True


def break_api(desk: Desk) -> None:
    desk.linode.break_down()
    desk.events.unavailable = desk.linode.unavailable


def mend(desk: Desk) -> None:
    desk.webhook.away = False
    desk.heal()
    desk.ledger.recover()


steps = st.one_of(
    st.builds(flip, st.sampled_from(["pg1", "pg2", "db1"]), st.sampled_from(STATUSES)),
    st.sampled_from(
        [
            Desk.poll,
            Desk.poll,
            Desk.restart,
            reboot,
            lose_webhook,
            break_api,
            mend,
            lambda desk: desk.ledger.break_down(),
        ]
    ),
)


@settings(max_examples=200)
@given(st.lists(steps, max_size=40))
def test_the_last_word_is_the_truth_and_nothing_is_said_twice(story: list[Step]) -> None:
    """Webhook, API and Redis come and go, processes die between two polls; then all is well again."""
    desk = Desk()
    desk.poll()
    for step in story:
        step(desk)
    mend(desk)
    desk.clock.pass_by(60)  # a lease that a dead process left
    for _ in range(3):
        desk.poll()
    assert desk.webhook.repeated == []
    last = {str(e.data["label"]): e.data["status"] for e in desk.webhook.taken if "was" in e.data}
    first: dict[str, object] = {"pg1": "UP", "pg2": "DOWN", "pg3": "DOWN", "db1": "UP"}
    now = {n.label: n.status for n in standing(desk)}
    assert {**first, **last} == now
    ended = [e for e in desk.events.events if e.status == "finished"]
    heard = {(e.data.get("event"), e.data["status"]) for e in desk.webhook.taken}
    assert {(e.id, "finished") for e in ended} <= heard


def standing(desk: Desk) -> Iterator[FoundNode]:
    """Every node as the API shows it."""
    for table in desk.inventory.nodebalancers.values():
        found = desk.linode.read(table, timeout=1)
        assert found is not None
        yield from (node for config in found.configs for node in config.nodes)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("effect", range(1, 9))
def test_a_death_around_any_effect_costs_nothing(
    effect: int, when: Literal["before", "after"]
) -> None:
    """After the k-th thing that Redis was told the process dies: the next one tells the rest."""
    desk = Desk()
    desk.poll()
    desk.turn(pg1="DOWN", pg2="UP")
    desk.events.happen("host_reboot", "pg1", status="finished")
    desk.ledger.fail(effect, when, WorkerDied())
    try:
        desk.poll()
        desk.poll()
        desk.poll()
    except WorkerDied:
        desk.restart()
    desk.ledger.recover()
    desk.poll()
    desk.poll()
    told = [e.data.get("member") or e.data["action"] for e in desk.webhook.taken]
    assert sorted(map(str, told)) == ["pg1", "pg1", "pg2"]
    assert len(desk.webhook.repeated) <= 1
