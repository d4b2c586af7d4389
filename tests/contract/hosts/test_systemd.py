"""Units of systemd, over a double of systemctl that says what systemctl(1) says it would."""

from collections.abc import Callable
from pathlib import Path

import pytest

from jobs.remote import Outcome, Phase, ServiceRef
from tests.contract.hosts.services import Service
from tests.contract.hosts.worlds import RealWorld, Shop, fence, shop
from tests.waiting import until


@pytest.fixture(autouse=True)
def systemctl(require: Callable[[str], Path]) -> Path:
    """The double can only stand where a systemctl is."""
    return require("systemctl")


def unit_of(real: RealWorld) -> tuple[Service, Shop]:
    """A shop whose one service is a unit."""
    unit = real.machine.service()
    return unit, shop(real, services=(ServiceRef(name=unit.name, manager="systemd"),))


def test_a_unit_is_restarted_through_systemctl(real: RealWorld) -> None:
    """Once; what is no unit is named with systemctl's own words."""
    unit, app = unit_of(real)
    reply = app.move(b"b", fence(10))
    assert (reply.outcome, reply.restarted) == (Outcome.CHANGED, (unit.name,)), reply
    assert app.move(b"b", fence(10)).outcome == Outcome.HELD
    until(lambda: unit.restarts == 1, "one restart")
    bad = shop(real, services=(ServiceRef(name="/no/such.service", manager="systemd"),))
    reply = bad.move(b"b", fence(11))
    assert (reply.outcome, reply.phase) == (Outcome.FAILED, Phase.WRITTEN)
    assert "/no/such.service does not restart" in reply.reason


def test_a_unit_that_fell_too_often_is_started_all_the_same(real: RealWorld) -> None:
    """It crashed over and over while nobody led, until systemd's start limit; that is forgotten."""
    unit, app = unit_of(real)
    (unit.folder / "limit").touch()
    assert app.move(b"b", fence(10)).outcome == Outcome.CHANGED
    until(lambda: unit.restarts == 1, "one restart")


def test_a_systemd_that_does_not_answer_is_not_taken_for_a_restart(real: RealWorld) -> None:
    """The restart stays owed, and is done once when systemd answers again."""
    unit, app = unit_of(real)
    mute = unit.folder / "mute"
    mute.touch()
    reply = app.move(b"b", fence(10))
    assert (reply.outcome, reply.phase) == (Outcome.FAILED, Phase.WRITTEN)
    assert "does not answer" in reply.reason
    mute.unlink()
    assert app.move(b"b", fence(10)).outcome == Outcome.RESUMED
    until(lambda: unit.restarts == 1, "one restart")


@pytest.mark.parametrize("name", ["shop-*", "shop@[12].service", "shop@", "shop@.service"])
def test_a_pattern_or_a_template_is_no_unit(real: RealWorld, name: str) -> None:
    """A pattern that matches no unit would be a success to systemctl, and nothing restarted."""
    app = shop(real, services=(ServiceRef(name=name, manager="systemd"),))
    reply = app.move(b"b", fence(10))
    assert (reply.outcome, reply.phase) == (Outcome.FAILED, Phase.WRITTEN)
    assert name in reply.reason
    assert "name" in reply.remedy
