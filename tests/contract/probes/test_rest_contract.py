"""What every Rest keeps, in memory and over HTTP, with the bodies of Patroni 3 and 4."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Protocol

import pytest

from jobs.claims import MemberRecord, RestAnswer, RestClaim, Unknown
from tests.contract import ports
from tests.contract.probes import bodies
from tests.contract.probes.awake import awake
from tests.contract.probes.patroni_server import Answer, serving, silence, status
from tests.fakes.clock import FakeClock
from tests.fakes.rest import FakeRest, body
from workers.patroni import PatroniRest

PRIMARY = RestAnswer(
    role="primary",
    state="running",
    scope="main",
    name="pg0",
    system_identifier="7711177461143934353",
    pg_timeline=2,
    version="4.1.4",
)


class Member(Protocol):
    """A Patroni that answers what it is given."""

    def says(self, told: bytes, *, code: int = 200) -> RestClaim: ...
    def is_silent(self, *, timeout: float) -> RestClaim: ...
    def is_gone(self, *, timeout: float) -> RestClaim: ...
    def now(self) -> float: ...
    def awake(self) -> AbstractContextManager[Callable[[], float]]: ...


def _record(origin: str) -> MemberRecord:
    return MemberRecord(
        name="pg0", conn_url="postgres://10.0.0.1:5432/postgres", api_url=f"{origin}/patroni"
    )


@dataclass(slots=True)
class FakeMember:
    record: MemberRecord = field(default_factory=lambda: _record("http://10.0.0.1:8008"))
    clock: FakeClock = field(default_factory=FakeClock)

    def says(self, told: bytes, *, code: int = 200) -> RestClaim:
        del code  # what Patroni's status says stands in the body too
        return FakeRest(bodies={self.record.api_url: told}).ask(self.record, timeout=20)

    def is_silent(self, *, timeout: float) -> RestClaim:
        rest = FakeRest(silent={self.record.api_url}, clock=self.clock)
        return rest.ask(self.record, timeout=timeout)

    def is_gone(self, *, timeout: float) -> RestClaim:
        return FakeRest(clock=self.clock).ask(self.record, timeout=timeout)

    def now(self) -> float:
        return self.clock.monotonic()

    @contextmanager
    def awake(self) -> Iterator[Callable[[], float]]:
        begun = self.now()
        yield lambda: self.now() - begun


class RealMember:
    def says(self, told: bytes, *, code: int = 200) -> RestClaim:
        return self._ask(status(code, told), timeout=20)

    def is_silent(self, *, timeout: float) -> RestClaim:
        return self._ask(silence, timeout=timeout)

    def is_gone(self, *, timeout: float) -> RestClaim:
        return self._ask(None, timeout=timeout)

    def now(self) -> float:
        return time.monotonic()

    def awake(self) -> AbstractContextManager[Callable[[], float]]:
        return awake()

    def _ask(self, answer: Answer | None, *, timeout: float) -> RestClaim:
        nobody = f"http://127.0.0.1:{ports.free()[0]}"
        with serving(answer) if answer else nullcontext(nobody) as origin:
            return PatroniRest().ask(_record(origin), timeout=timeout)


@pytest.fixture(params=["fake", "real"])
def member(request: pytest.FixtureRequest) -> Member:
    """A member in memory, and one that is asked over HTTP."""
    return FakeMember() if request.param == "fake" else RealMember()


def _recorded(found: Mapping[str, Any]) -> bytes:
    return json.dumps(found).encode()


@pytest.mark.parametrize(
    ("found", "code", "role", "version"),
    [
        pytest.param(bodies.PRIMARY_4, 200, "primary", "4.1.4", id="primary of 4"),
        pytest.param(bodies.PRIMARY_3, 200, "master", "3.0.2", id="primary of 3"),
        pytest.param(bodies.REPLICA_PAUSED, 200, "replica", "4.1.4", id="paused replica"),
        pytest.param(bodies.CRASHED, 503, "primary", "4.1.4", id="crashed, with 503"),
    ],
)
def test_a_recorded_body_is_read_whatever_the_status(
    member: Member, found: dict[str, Any], code: int, role: str, version: str
) -> None:
    """The role as that version names it; and what the fake makes of the answer reads the same."""
    claim = member.says(_recorded(found), code=code)
    assert isinstance(claim, RestAnswer)
    assert (claim.role, claim.state, claim.version) == (role, found["state"], version)
    assert claim.paused is ("pause" in found)
    assert claim.failsafe_active is ("failsafe_mode_is_active" in found)
    assert claim.pg_timeline == found.get("timeline")
    assert member.says(body(claim), code=code) == claim


def test_a_primary_is_read_whole(member: Member) -> None:
    """Nothing that the verdict rests on is lost on the way."""
    assert member.says(_recorded(bodies.PRIMARY_4)) == PRIMARY


@pytest.mark.parametrize(
    ("told", "reason"),
    [(b"<html>", "not JSON"), (b"[1]", "not an object"), (b'{"status": "fine"}', "not Patroni")],
)
def test_what_is_not_patroni_is_unknown(member: Member, told: bytes, reason: str) -> None:
    """Somebody else's answer is neither yes nor no."""
    claim = member.says(told)
    assert isinstance(claim, Unknown)
    assert reason in claim.reason


def test_silence_is_unknown_and_costs_the_timeout(member: Member) -> None:
    """No sooner than asked, and hardly later."""
    with member.awake() as seconds:
        begun = member.now()
        claim = member.is_silent(timeout=0.4)
        assert member.now() - begun > 0.35
        assert seconds() < 1.5
    assert isinstance(claim, Unknown)
    assert "no answer in time" in claim.reason


def test_nobody_there_is_unknown_at_once(member: Member) -> None:
    """A refused connection needs no timeout."""
    begun = member.now()
    claim = member.is_gone(timeout=20)
    assert member.now() - begun < 10
    assert isinstance(claim, Unknown)
    assert "refused" in claim.reason
