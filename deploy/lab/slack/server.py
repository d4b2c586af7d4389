"""The whole double: Slack's API with its faults, and beside it the lab's control with what lies outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from deploy.lab.double.served import Served
from deploy.lab.slack.api import create_api
from deploy.lab.slack.control import create_control
from deploy.lab.slack.front import Front
from deploy.lab.slack.outside import Outside
from deploy.lab.slack.pace import Paces
from deploy.lab.slack.workspace import Access, Workspace

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def _as_it_is(app: WSGIApplication) -> WSGIApplication:
    return app


@dataclass(slots=True, kw_only=True)
class Slack:
    """Serves in threads from `start` to `stop`. `listen` and `control` are addresses (port 0 for any);
    `between` may stand between the faults and the API."""

    access: Access
    space: Workspace = field(default_factory=Workspace)
    paces: Paces = field(default_factory=Paces)
    outside: Outside = field(default_factory=Outside)
    listen: tuple[str, int] = ("127.0.0.1", 0)
    control: tuple[str, int] = ("127.0.0.1", 0)
    between: Callable[[WSGIApplication], WSGIApplication] = _as_it_is
    down: str | None = None
    front: Front = field(init=False)
    api: Served = field(init=False)
    desk: Served = field(init=False)

    def __post_init__(self) -> None:
        api = create_api(self.space, access=self.access, paces=self.paces)
        self.front = Front(self.between(api))
        self.api = Served(self.front, *self.listen)
        self.desk = Served(create_control(self), *self.control)

    def start(self) -> Self:
        self.api.start()
        self.desk.start()
        return self

    def stop(self) -> None:
        self.front.heal()
        self.desk.stop()
        self.api.stop()

    def go(self, how: str | None) -> None:
        """Be down: "hang" (connections open, nothing is answered), "refused" (nobody listens); None
        comes back."""
        self.down = how
        self.front.change(silent=how == "hang")
        if how == "refused":
            self.api.pause()
        else:
            self.api.start()

    @property
    def url(self) -> str:
        """What a client takes for https://slack.com/api."""
        return f"{self.api.url}/api"

    @property
    def webhook(self) -> str:
        """The incoming webhook's address."""
        return f"{self.api.url}/services/{self.space.team}/B0WEBHOOK1/{self.access.webhook}"
