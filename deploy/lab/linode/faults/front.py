"""What can go wrong with Linode's API in particular: its rate limit, its broken answers, its lost POSTs."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from deploy.lab.double.front import Faults as AnyFaults
from deploy.lab.double.front import Front as AnyFront
from deploy.lab.double.journal import Asked
from deploy.lab.linode.faults.broken import broken
from deploy.lab.linode.rest.limits import headers
from deploy.lab.linode.rest.refusal import json_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


@dataclass(slots=True, kw_only=True)
class Faults(AnyFaults):
    """`spared`: so many calls pass before `broken` begins."""

    spared: int = 0


@dataclass(slots=True)
class Front(AnyFront[Faults]):
    """Before Linode's API; `broken` names an answer of broken.py."""

    faults: Faults = field(default_factory=Faults)

    def may_lose(self, asked: Asked) -> bool:
        """A read is simply asked again."""
        return asked.method == "POST"

    def instead(self, asked: Asked, environ: WSGIEnvironment) -> Response | None:
        if self.faults.limited_until > time.time():
            asked.fault = "limited"
            told = headers(200, 0, self.faults.limited_until, now=time.time())
            body = json_of("Too many requests")
            return Response(body, 429, told, content_type="application/json")
        if self.faults.broken is not None and not self._spares():
            asked.fault = f"broken: {self.faults.broken}"
            return broken(self.faults.broken, self.app, environ)
        return None

    def _spares(self) -> bool:
        with self._turn:
            spared = self.faults.spared > 0
            self.faults.spared -= int(spared)
            return spared
