"""The account's events, as Linode lists them and as it should not."""

from collections.abc import Callable
from typing import Any

import pytest

from deploy.lab.linode.account import machines
from deploy.lab.linode.account.world import World
from jobs.ports import LinodeEvent
from tests.contract.linode.api_server import page, serving
from tests.contract.linode.double import Double
from tests.contract.linode.questions import TOKEN, refused
from workers.linode import Api, LinodeEventFeed

SINCE = "2026-11-22T10:00:00"


def _event(number: int, created: str = SINCE, **more: object) -> dict[str, object]:
    entity = {"id": 1, "label": "pg1", "type": "linode", "url": "/v4/linode/instances/1"}
    return {
        "id": number,
        "action": "host_reboot",
        "status": "started",
        "created": created,
        "entity": entity,
        **more,
    }


def _since(url: str, created: str = SINCE) -> tuple[LinodeEvent, ...]:
    return LinodeEventFeed(Api(url, token=TOKEN)).since(created, timeout=5)


def _ids(*rows: dict[str, object]) -> list[int]:
    with serving(page(*rows)) as served:
        return [event.id for event in _since(served.url)]


def test_what_befell_a_machine_is_told_oldest_first(make_double: Callable[..., Double]) -> None:
    """Everything from that instant on, and nothing before it."""
    instant = iter(range(1_795_000_000, 1_795_999_999))
    double = make_double(world=World(clock=lambda: next(instant)))
    machine = double.machine("pg1", "192.168.1.11")
    for action in ("linode_boot", "host_reboot", "lassie_reboot"):
        machines.befall(double.world, machine, action=action, status="finished", message="")
    second = list(double.world.events)[1]["created"]
    feed = LinodeEventFeed(Api(double.url, token=double.token))
    told = feed.since(second, timeout=5)
    assert [(e.action, e.status, e.entity, e.label) for e in told] == [
        ("host_reboot", "finished", "linode", "pg1"),
        ("lassie_reboot", "finished", "linode", "pg1"),
    ]
    assert told[0].created == second
    assert feed.since("2200-01-01T00:00:00", timeout=5) == ()
    assert len(double.asked) == 2


def test_linode_is_asked_for_no_more_than_is_wanted() -> None:
    """The filter names the instant and the order; a page is as large as it may be."""
    with serving(page()) as served:
        _since(served.url)
        assert served.asked == ["GET /account/events?page=1&page_size=500"]
        told = (
            '{"created": {"+gte": "2026-11-22T10:00:00"}, "+order_by": "created", "+order": "asc"}'
        )
        assert f"X-Filter: {told}" in served.heads[0]


@pytest.mark.parametrize(
    ("more", "entity", "label"),
    [
        ({"entity": None}, None, None),
        ({"entity": {"id": 1, "type": "linode", "label": None}}, "linode", None),
        ({"entity": {"id": 1, "type": "account", "label": 42}}, "account", None),
        ({"entity": {}}, None, None),
    ],
    ids=["none", "no-label", "a-number", "empty"],
)
def test_an_event_may_be_about_nothing(
    more: dict[str, Any], entity: str | None, label: str | None
) -> None:
    """A login or a changed payment method has no entity, and is no reason to see nothing more."""
    with serving(page(_event(7, **more))) as served:
        (event,) = _since(served.url)
    assert (event.id, event.entity, event.label) == (7, entity, label)


def test_an_event_without_status_is_an_event() -> None:
    """A status may be null; what happened is the action."""
    with serving(page(_event(7, status=None))) as served:
        assert _since(served.url)[0].status == ""


def test_an_event_without_id_cannot_be_told_again_from_others() -> None:
    """Whoever reads events must know which ones he has read."""
    with serving(page({**_event(7), "id": None})) as served:
        told = refused(Api(served.url, token=TOKEN), "events")
        assert told.reason == "Linode's answer lacks id, or has it in another form (event)"


def test_events_of_one_second_keep_their_order() -> None:
    """Linode's clock has whole seconds; numbers grow."""
    assert _ids(_event(9), _event(7), _event(8)) == [7, 8, 9]


def test_a_filter_that_is_ignored_brings_nothing_old() -> None:
    """Newest first, ninety days of them: only what was asked for is told, oldest first."""
    assert _ids(_event(9, "2026-11-22T10:00:05"), _event(8), _event(3, "2026-09-01T00:00:00")) == [
        8,
        9,
    ]


def test_every_page_is_read_and_nothing_told_twice() -> None:
    """An event that comes between two requests may push another onto the next page."""
    first = page(_event(1), _event(2), page=1, pages=2)
    second = page(_event(2), _event(3), page=2, pages=2)
    with serving(first, second) as served:
        assert [event.id for event in _since(served.url)] == [1, 2, 3]
        assert [line.split("page=")[1][0] for line in served.asked] == ["1", "2"]


def test_a_collection_that_never_ends_ends_in_time() -> None:
    """Pages that grow with every request are cut off by the call's own end."""
    with serving(page(_event(1), pages=10**9)) as served:
        told = refused(Api(served.url, token=TOKEN), "events", timeout=0.3)
        assert told.reason.endswith("gives no answer")
