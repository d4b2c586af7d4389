"""The account's events, newest first as Linode lists them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from deploy.lab.linode.account.world import World
from deploy.lab.linode.rest.forms import Row
from deploy.lab.linode.rest.routes import Route


def routes(world: World) -> list[Route]:
    desk, area = Events(world), "events"
    one = "/account/events/<int:event>"
    return [
        Route("GET", "/account/events", desk.all, area, collection=True),
        Route("GET", one, desk.view, area),
        Route("POST", f"{one}/seen", desk.seen, area),
    ]


@dataclass(frozen=True, slots=True)
class Events:
    """What one may do with events."""

    world: World

    def all(self) -> Iterable[Row]:
        return reversed(list(self.world.events))

    def view(self, event: int) -> Row:
        return self.world.events.get(event)

    def seen(self, event: int, body: object) -> Row:
        """This event and all before it were seen."""
        del body
        last = self.world.events.get(event)["id"]
        for row in self.world.events:
            row["seen"] = row["seen"] or row["id"] <= last
        return {}
