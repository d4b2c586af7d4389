"""What happened in the account, oldest first: the jobs' `LinodeEvents`, which tells of reboots and shutdowns."""

from __future__ import annotations

from jobs.ports import LinodeEvent
from workers.linode.client import Api, Call
from workers.linode.rows import Row

EVENTS = "/account/events"


class LinodeEventFeed:
    """`jobs.ports.LinodeEvents` over Linode's API; any thread may ask."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def since(self, created: str, *, timeout: float) -> tuple[LinodeEvent, ...]:
        return self._api.ask(lambda call: _since(call, created), timeout=timeout)


def _since(call: Call, created: str) -> tuple[LinodeEvent, ...]:
    """Each once, whatever slid from one page to the next meanwhile, and none that is older, whatever
    the filter lets through."""
    where = {"created": {"+gte": created}, "+order_by": "created", "+order": "asc"}
    found = {event.id: event for event in map(_event, call.rows(EVENTS, where=where))}
    recent = (event for event in found.values() if event.created >= created)
    return tuple(sorted(recent, key=lambda event: (event.created, event.id)))


def _event(members: object) -> LinodeEvent:
    """Events about the account itself have no entity; some entities have no label that is a text."""
    row = Row("event", members)
    entity = row.row("entity")
    return LinodeEvent(
        id=row.number("id"),
        action=row.text("action"),
        status=row.maybe("status") or "",
        created=row.text("created"),
        entity=entity.maybe("type"),
        label=entity.maybe("label"),
    )
