"""A bad night told over HTTP, while Slack does its worst: the thread ends as if nothing had been wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from jobs.slack.message import Message
from jobs.slack.payload import key_of
from jobs.slack.reading import read
from tests.contract.slack.double import Double
from tests.unit.workers.chronicle.nights import NIGHTS
from tests.unit.workers.chronicle.stage import EVERY, HASH, Stage
from workers.chronicle.poster import Poster

Told = list[tuple[str | None, str | None, str]]
LONG = 400
"""Looks: enough for the longest of the waits below, and all that follows."""


def _after_the_night() -> Stage:
    stage = Stage()
    stage.world.settle()
    NIGHTS["host fails"](stage.world, stage.world.clock.pass_by)
    return stage


def _tell(stage: Stage, poster: Poster, meanwhile: Callable[[int], None] = lambda _: None) -> None:
    for look in range(LONG):
        meanwhile(look)
        poster.tick()
        stage.world.clock.pass_by(EVERY)


@pytest.fixture(scope="module")
def undisturbed() -> Told:
    """What stands where Slack is in memory, and well."""
    stage = _after_the_night()
    _tell(stage, stage.poster)
    return _by_thread([*stage.told()])


def _by_thread(told: Told) -> Told:
    """Each thread by itself, in its own order: which of two is told first is left to chance."""
    return sorted(told, key=lambda one: str(one[1] or one[0]))


def _read(double: Double) -> Told:
    notes = double.space.notes
    keys = {note.ts: key_of({"metadata": note.metadata}) for note in notes}
    found: Told = []
    for note in notes:
        card: dict[str, Any] = next(iter(note.now.attachments), {})
        message = Message(
            text=note.now.text or card.get("fallback", ""),
            blocks=tuple(note.now.blocks or card.get("blocks", [])),
            colour=card.get("color"),
        )
        text = HASH.sub("#", "\n".join(read(message)))
        found.append((keys[note.ts], keys.get(note.thread or ""), text))
    return _by_thread(found)


def _every_third_answer_is_lost(double: Double, look: int) -> None:
    if look % 3 == 0:
        double.hurt(lost_replies=1, only="chat")


def _for_a_while(**faults: Any) -> Callable[[Double, int], None]:
    def hurt(double: Double, look: int) -> None:
        if look == 6:
            double.hurt(**faults)
        if look == 40:
            double.control("DELETE", "/faults")

    return hurt


WORST: Mapping[str, Callable[[Double, int], None]] = {
    "well": lambda _double, _look: None,
    "answers lost": _every_third_answer_is_lost,
    "unreachable": _for_a_while(down="refused"),
    "503": _for_a_while(broken="503"),
    "a proxy's page": _for_a_while(broken="html"),
    "half answers": _for_a_while(broken="cut", only="chat"),
    "too many": _for_a_while(broken="limited-without-words"),
    "a revoked token": _for_a_while(token="token_revoked"),
    "archived": _for_a_while(archived=True),
    "blind": _for_a_while(scopes="chat:write"),
}


@pytest.mark.parametrize("worst", WORST.values(), ids=WORST)
def test_the_thread_is_whole_and_in_order(
    double: Double, undisturbed: Told, worst: Callable[[Double, int], None]
) -> None:
    """All that should stand does, once, below its own root, in the same order and words."""
    stage = _after_the_night()
    double.space.clock = stage.world.clock.now
    stage.poster.messenger = double.channel()
    _tell(stage, stage.poster, lambda look: worst(double, look))
    assert _read(double) == undisturbed


def test_what_a_person_deletes_is_begun_anew(double: Double, undisturbed: Told) -> None:
    """A root that is gone: another one tells how it ended and why it is another, and no stray is left."""
    stage = _after_the_night()
    double.space.clock = stage.world.clock.now
    stage.poster.messenger = double.channel()

    def tidy(look: int) -> None:
        if look == 4:
            double.control("DELETE", f"/messages/{double.space.notes[0].ts}")

    _tell(stage, stage.poster, tidy)
    read = _read(double)
    roots = [text for _, thread, text in read if thread is None]
    assert len(roots) == len([one for one in undisturbed if one[1] is None])
    assert [text for text in roots if "An earlier message about this was deleted" in text]
    assert {one[2] for one in read if one[1]} <= {one[2] for one in undisturbed}
