"""The whole double: the API with its faults, the control beside it, and the data planes below."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from deploy.lab.double.served import Served
from deploy.lab.linode.account.world import World
from deploy.lab.linode.control.app import create_control
from deploy.lab.linode.faults.front import Front
from deploy.lab.linode.rest.access import Token
from deploy.lab.linode.rest.api import create_api
from deploy.lab.linode.rest.limits import Meter
from deploy.lab.linode.traffic.plane import Plane

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def _as_it_is(app: WSGIApplication) -> WSGIApplication:
    return app


@dataclass(slots=True, kw_only=True)
class Linode:
    """Serves in threads from `start` to `stop`. `listen` and `control` are addresses (port 0 for
    any); without a `plane` no NodeBalancer carries traffic. `between` may stand between the faults
    and the API."""

    world: World
    tokens: list[Token]
    plane: Plane | None = None
    listen: tuple[str, int] = ("127.0.0.1", 0)
    control: tuple[str, int] = ("127.0.0.1", 0)
    between: Callable[[WSGIApplication], WSGIApplication] = _as_it_is
    meter: Meter = field(default_factory=Meter)
    gone: str | None = None
    front: Front = field(init=False)
    api: Served = field(init=False)
    desk: Served = field(init=False)

    def __post_init__(self) -> None:
        api = create_api(self.world, tokens=self.tokens, meter=self.meter)
        self.front = Front(self.between(api))
        self.api = Served(self.front, *self.listen)
        self.desk = Served(create_control(self), *self.control)

    def start(self) -> Self:
        self.api.start()
        self.desk.start()
        if self.plane is not None:
            self.plane.start()
        return self

    def stop(self) -> None:
        """End all of it; every HAProxy first."""
        if self.plane is not None:
            self.plane.stop()
        self.front.heal()
        self.desk.stop()
        self.api.stop()

    def go(self, how: str | None) -> None:
        """Be gone: "silent" (connections open, nothing is answered), "refused" (nobody listens);
        None comes back."""
        self.gone = how
        self.front.change(silent=how == "silent")
        if how == "refused":
            self.api.pause()
        else:
            self.api.start()
