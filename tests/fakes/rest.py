"""Patroni's REST API in memory: without it, a test of what a member says would need one that listens."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from jobs.claims import MemberRecord, RestAnswer, RestClaim, Unknown
from tests.contract.probes.bodies import PRIMARY_4
from tests.fakes.clock import FakeClock
from workers.patroni import NotPatroni, parse


@dataclass(slots=True, kw_only=True)
class FakeRest:
    """A jobs.ports.Rest over `bodies`, by the `api_url` of the member's record, each read as the
    real probe reads it. Where none stands, the connection is refused; a member that is `silent`
    costs the whole timeout, on `clock`."""

    bodies: dict[str, bytes] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    clock: FakeClock = field(default_factory=FakeClock)

    def ask(self, record: MemberRecord, *, timeout: float) -> RestClaim:
        place = f"Patroni at {record.api_url}"
        if record.api_url in self.silent:
            self.clock.pass_by(timeout)
            return Unknown(reason=f"{place}: no answer in time")
        if record.api_url not in self.bodies:
            return Unknown(reason=f"{place}: Connection refused")
        try:
            return parse(self.bodies[record.api_url])
        except NotPatroni as error:
            return Unknown(reason=f"{place}: {error}")


def body(wanted: RestAnswer) -> bytes:
    """A recorded body, changed so far that it says `wanted`; parse() reads that back."""
    own = {"version": wanted.version, "scope": wanted.scope, "name": wanted.name}
    told: dict[str, Any] = PRIMARY_4 | {
        "role": wanted.role,
        "state": wanted.state,
        "timeline": wanted.pg_timeline,
        "database_system_identifier": wanted.system_identifier,
        "pause": wanted.paused or None,
        "failsafe_mode_is_active": wanted.failsafe_active or None,
        "patroni": _without_none(own),
    }
    return json.dumps(_without_none(told)).encode()


def _without_none(found: dict[str, Any]) -> dict[str, Any]:
    """Patroni leaves out what it does not know."""
    return {name: value for name, value in found.items() if value is not None}
