"""Linode's events: whom they concern, that each is told once, and that none is missed."""

from __future__ import annotations

import calendar
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest

from jobs.event import Event, parse_event, to_json
from jobs.ports import LinodeEvent
from jobs.probe.account import (
    MOST_UNTOLD,
    Account,
    dump_account,
    event,
    listed,
    load_account,
    opened,
    since,
    taken,
)
from jobs.probe.concerns import concerns_of
from tests.unit.jobs.probe.values import INVENTORY

CONCERNS = concerns_of(INVENTORY)
START = calendar.timegm((2026, 11, 25, 12, 0, 0))


def at(seconds: float) -> str:
    """An instant so many seconds after the start, as the API writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(START + seconds))


def said(
    id_: int,
    action: str = "linode_reboot",
    status: str = "started",
    *,
    after: float = 10,
    entity: str = "linode",
    label: str = "pg1",
) -> LinodeEvent:
    return LinodeEvent(
        id=id_, action=action, status=status, created=at(after), entity=entity, label=label
    )


def poll(account: Account, events: Sequence[LinodeEvent], *, after: float) -> Account:
    """What the API lists, as it filters by the instant of creation."""
    asked = since(account, START + after)
    return listed(account, [e for e in events if e.created >= asked], CONCERNS, asked=asked)


def told(account: Account) -> tuple[Account, list[Event]]:
    """Everything that waits is taken, in order."""
    made = []
    while account.untold:
        made.append(event(account.untold[0], sender="probe"))
        account = taken(account, account.untold[0])
    return account, made


def test_a_machine_is_known_by_its_label_at_linode() -> None:
    """Where it differs from the member's name, the inventory says it; the member is told."""
    account = poll(opened(START), [said(1, label="shop-db-3"), said(2, label="pg3")], after=20)
    _, [made] = told(account)
    assert made.cluster == "shop"
    assert made.data == {
        "action": "linode_reboot",
        "status": "started",
        "member": "pg3",
        "label": "shop-db-3",
        "event": 1,
        "created": at(10),
    }
    assert parse_event(to_json(made)) == made


def test_a_machine_of_two_clusters_is_told_to_both() -> None:
    """pg2 is a member here and a backend there."""
    _, made = told(poll(opened(START), [said(1, label="pg2")], after=20))
    assert {(e.cluster, e.data["member"]) for e in made} == {("shop", "pg2"), ("bare", "pg2")}
    assert len({e.id for e in made}) == 2


def test_an_event_of_the_balancer_is_told_as_such() -> None:
    """By the inventory's name, to the cluster behind it."""
    one = said(
        1, "nodebalancer_config_update", "notification", entity="nodebalancer", label="nb-shop"
    )
    _, [made] = told(poll(opened(START), [one], after=20))
    assert (made.cluster, made.data["balancer"]) == ("shop", "front")
    assert "member" not in made.data


@pytest.mark.parametrize(
    "one",
    [
        said(1, label="somebody"),
        said(1, entity="domain"),
        said(1, "linode_snapshot"),
        said(1, status="scheduled"),
        said(1, status="canceled"),
        said(1, after=-10),
        replace(said(1), created="soon"),
        replace(said(1), created="2026-99-99T12:00:00"),
        replace(said(1), label=None),
    ],
    ids=[
        "stranger",
        "kind",
        "action",
        "scheduled",
        "canceled",
        "history",
        "odd",
        "date",
        "nameless",
    ],
)
def test_what_concerns_nobody_is_not_told(one: LinodeEvent) -> None:
    """Another's machine, another kind, nothing that happened, or what was before the first start."""
    assert poll(opened(START), [one], after=20).untold == ()


@pytest.mark.parametrize(
    "action", ["host_reboot", "lassie_reboot", "linode_shutdown", "linode_delete"]
)
def test_what_befalls_a_machine_is_told(action: str) -> None:
    """These are why one polls for events at all."""
    _, [made] = told(poll(opened(START), [said(1, action, "notification")], after=20))
    assert made.data["action"] == action


def test_each_status_is_told_once() -> None:
    """However often it is listed; what is listed later is told in its order."""
    account = poll(opened(START), [said(1)], after=20)
    account = poll(account, [said(1)], after=25)
    account, first = told(account)
    account = poll(account, [said(1, status="finished"), said(2, after=26)], after=30)
    account = poll(account, [said(1, status="finished"), said(2, after=26)], after=35)
    _, second = told(account)
    assert [e.id.rpartition("-")[2] for e in first] == ["started"]
    assert [(e.data["event"], e.data["status"]) for e in second] == [
        (1, "finished"),
        (2, "started"),
    ]


def test_what_is_under_way_is_listed_until_it_ends() -> None:
    """A migration takes half an hour: its end has the instant of its beginning."""
    account, _ = told(poll(opened(START), [said(1, "linode_migrate")], after=20))
    for minute in range(1, 30):
        account = poll(account, [said(1, "linode_migrate")], after=60 * minute)
    ended = said(1, "linode_migrate", "finished")
    account, [made] = told(poll(account, [ended], after=1800))
    assert made.data["status"] == "finished"
    account = poll(account, [said(2, after=1900, label="somebody")], after=1900)
    assert since(account, START + 1900) == at(1900 - 120)


def test_an_event_that_is_listed_late_is_not_missed() -> None:
    """One that was created a minute before the newest appears only now."""
    account = poll(opened(START), [said(2, after=200, label="somebody")], after=205)
    account = poll(account, [said(1, after=140), said(2, after=200, label="somebody")], after=210)
    assert [h.event.id for h in account.untold] == [1]


def test_a_wrong_clock_misses_nothing() -> None:
    """Ours an hour ahead or behind after the start: the newest event's own instant counts."""
    for wrong in (3600, -3600):
        account = poll(opened(START), [said(1, after=200)], after=200)
        account = poll(account, [said(1, after=200), said(2, after=230)], after=230 + wrong)
        assert [h.event.id for h in account.untold] == [1, 2]


def test_old_events_are_history() -> None:
    """A probe that was away for three days does not tell all that happened meanwhile."""
    account, _ = told(poll(opened(START), [said(1)], after=20))
    days = 3 * 86_400
    late = [said(2, after=100), said(3, after=days - 60)]
    assert [h.event.id for h in poll(account, late, after=days).untold] == [3]


def test_a_restart_tells_what_waited_and_nothing_twice() -> None:
    """What is kept knows what was told; what was not is listed again."""
    events = [said(1), said(2, after=400, label="shop-db-3"), said(3, after=800)]
    account, first = told(poll(opened(START), events[:1], after=20))
    account = poll(account, events, after=810)
    account = taken(account, account.untold[0])
    again = load_account(dump_account(account))
    assert again is not None
    _, second = told(poll(again, events, after=820))
    assert [e.data["event"] for e in (*first, *second)] == [1, 3]  # and 2 before the restart


def test_a_crash_before_remembering_repeats_the_same_ids() -> None:
    """So the webhook, which remembers ids, takes each once."""
    before = load_account(dump_account(opened(START)))
    assert before is not None
    ids = [[e.id for e in told(poll(before, [said(1), said(2)], after=20))[1]] for _ in range(2)]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 2


def test_what_waits_is_bounded() -> None:
    """A webhook that is away for long costs the oldest events, not the memory."""
    account = poll(opened(START), [said(n) for n in range(MOST_UNTOLD + 5)], after=20)
    assert (len(account.untold), account.untold[0].event.id) == (MOST_UNTOLD, 5)


def test_what_is_kept_stays_small() -> None:
    """Marks that can never be listed again are dropped."""
    account = opened(START)
    for minute in range(0, 600, 5):
        one = said(minute, "host_reboot", "notification", after=60 * minute)
        account, _ = told(poll(account, [one], after=60 * minute))
    assert len(account.marks) <= 2


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "{",
        "[]",
        '{"begun": "x", "newest": "x", "marks": []}',
        '{"marks": [1]}',
        '{"begun": 1, "newest": 2, "marks": []}',
    ],
    ids=["none", "empty", "cut", "list", "no-instant", "no-mark", "numbers"],
)
def test_a_text_that_is_no_memory_is_none(text: str | None) -> None:
    """Another version's, a cut one, or somebody else's: the account begins anew."""
    assert load_account(text) is None
