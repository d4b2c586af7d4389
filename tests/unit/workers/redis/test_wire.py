from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Connection
from redis.exceptions import ConnectionError as LostError
from redis.exceptions import DataError, ResponseError

from tests.fakes.clock import FakeClock
from workers.redis.wire import RESTED, Command, Wire, packed

LIBRARY = Connection()  # type: ignore[no-untyped-call]
WORDS = st.one_of(st.text(), st.binary(), st.integers(), st.floats(allow_nan=False))


@dataclass(slots=True)
class Line:
    """A connection that answers every command with its number, or as it is told to."""

    sent: list[bytes] = field(default_factory=list)
    answers: list[object] = field(default_factory=list)
    ended: bool = False
    encoder: Any = LIBRARY.encoder

    def send_packed_command(self, commands: list[bytes]) -> None:
        self.sent += commands

    def read_response(self) -> object:
        answer = self.answers.pop(0) if self.answers else b"1"
        if isinstance(answer, Exception):
            raise answer
        return answer

    def disconnect(self) -> None:
        self.ended = True


@dataclass(slots=True)
class Pool:
    """Remembers which connections it looked at as it lent them."""

    idle: list[Line] = field(default_factory=list)
    looked: int = 0

    def get_connection(self) -> Line:
        self.looked += 1
        return self.idle.pop() if self.idle else Line()

    def release(self, connection: Line) -> None:
        self.idle.append(connection)


@dataclass(frozen=True, slots=True)
class Place:
    pool: Pool = field(default_factory=Pool)
    clock: FakeClock = field(default_factory=FakeClock)

    def wire(self) -> Wire:
        return Wire(self.pool, self.clock.monotonic)


@given(st.lists(st.tuples(st.sampled_from(["SET", "SCRIPT LOAD"]), WORDS, WORDS), max_size=4))
def test_commands_are_packed_as_the_library_would(commands: list[Command]) -> None:
    """Byte for byte, whatever an argument is."""
    theirs = b"".join(LIBRARY.pack_commands(commands))  # type: ignore[no-untyped-call]
    assert packed(commands, LIBRARY.encoder.encode) == theirs


def test_what_the_library_refuses_is_refused() -> None:
    """None and booleans have no form in Redis."""
    for odd in (None, True):
        with pytest.raises(DataError):
            packed([("SET", "k", odd)], LIBRARY.encoder.encode)


def test_a_connection_that_served_just_now_is_taken_as_it_is() -> None:
    """The pool looks once; after a rest it looks again."""
    place = Place()
    wire = place.wire()
    for _ in range(3):
        assert wire.exchange([("PING",)]) == [b"1"]
    assert place.pool.looked == 1
    place.clock.pass_by(RESTED)
    wire.exchange([("PING",)])
    assert place.pool.looked == 2
    assert len(place.pool.idle) == 0


def test_a_refusal_is_an_answer() -> None:
    """What follows it on the wire is read, so that the connection serves on."""
    place = Place()
    line = Line(answers=[ResponseError("no"), b"2"])
    place.pool.idle.append(line)
    first, second = place.wire().exchange([("A",), ("B",)])
    assert isinstance(first, ResponseError)
    assert (second, line.ended) == (b"2", False)


def test_a_lost_reply_ends_its_connection() -> None:
    """Its other replies must not answer the next question."""
    place = Place()
    line = Line(answers=[b"1", LostError("gone")])
    place.pool.idle.append(line)
    wire = place.wire()
    with pytest.raises(LostError):
        wire.exchange([("A",), ("B",), ("C",)])
    assert line.ended
    assert place.pool.idle == [line]
    wire.exchange([("A",)])
    assert place.pool.looked == 2


def test_a_fork_takes_no_connection_of_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes that read from one socket would steal each other's replies."""
    place = Place()
    wire = place.wire()
    wire.exchange([("PING",)])
    monkeypatch.setattr("os.getpid", lambda: -1)
    wire.exchange([("PING",)])
    assert place.pool.looked == 2
