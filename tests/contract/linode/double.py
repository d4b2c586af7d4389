"""The double for tests: a thread on a free port, its world at hand, and everything that passed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import requests
from linode_api4 import LinodeClient

from deploy.lab.double.journal import Asked
from deploy.lab.linode.account import machines
from deploy.lab.linode.account.world import World
from deploy.lab.linode.rest.access import EVERYTHING, Token
from deploy.lab.linode.rest.forms import Row
from deploy.lab.linode.server import Linode
from deploy.lab.linode.traffic.plane import Plane
from tests.contract.linode.recorder import Exchange, Recorder

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


@dataclass(slots=True, kw_only=True)
class Double:
    """Linode's API on 127.0.0.1. `exchanges` is what was carried out, in order; `asked` is all
    that was asked, whatever became of it. `linode` has everything else, its faults foremost."""

    scopes: str = EVERYTHING
    restricted: bool = False
    token: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)
    world: World = field(default_factory=World)
    plane: Plane | None = None
    recorder: Recorder = field(init=False)
    linode: Linode = field(init=False)

    def __enter__(self) -> Self:
        token = Token(secret=self.token, scopes=self.scopes, restricted=self.restricted)
        self.linode = Linode(
            world=self.world, tokens=[token], plane=self.plane, between=self._record
        )
        self.linode.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.linode.stop()

    def _record(self, app: WSGIApplication) -> WSGIApplication:
        self.recorder = Recorder(app)
        return self.recorder

    @property
    def url(self) -> str:
        """What a client takes for https://api.linode.com/v4."""
        return f"{self.linode.api.url}/v4"

    @property
    def control(self) -> str:
        """Where the lab's hand is."""
        return self.linode.desk.url

    @property
    def exchanges(self) -> list[Exchange]:
        return self.recorder.exchanges

    @property
    def asked(self) -> list[Asked]:
        return self.linode.front.journal.since()

    def hurt(self, **faults: Any) -> None:
        """Let something go wrong (see deploy.lab.linode.faults.front.Faults)."""
        self.linode.front.change(**faults)

    def heal(self) -> None:
        self.linode.go(None)
        self.linode.front.heal()

    def client(self, **how: Any) -> LinodeClient:
        """The client library itself, without its retries."""
        return LinodeClient(self.token, base_url=self.url, **{"retry": False, **how})

    def ask(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, **headers: str
    ) -> requests.Response:
        """One request by hand; `headers` with underscores for hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named["Authorization"] = f"Bearer {token or self.token}"
        return requests.request(method, f"{self.url}{path}", json=body, headers=named, timeout=10)

    def raw(
        self, method: str, path: str, body: bytes, kind: str = "application/json"
    ) -> requests.Response:
        """One request with a body as it is."""
        named = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        return requests.request(method, f"{self.url}{path}", data=body, headers=named, timeout=10)

    def machine(self, label: str, *ipv4: str, **members: Any) -> Row:
        """A Linode with these addresses."""
        with self.world.lock:
            return machines.add(self.world, label, ipv4, **members)

    def interface(self, machine: Row) -> Row:
        """A Linode interface for it."""
        with self.world.lock:
            return machines.add_interface(self.world, machine)

    def node(self, label: str) -> Row:
        """The backend with this label."""
        return self.world.nodes.where(label=label)[0]

    def fare(self, label: str, status: str) -> None:
        """Let a backend be UP, DOWN or unknown, where no data plane says it."""
        self.world.statuses[self.node(label)["id"]] = status
