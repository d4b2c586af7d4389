"""Nobody is woken for what was over before the teller came; whatever was told must be told to its end."""

from __future__ import annotations

from dataclasses import replace

from deploy.lab.drill.invariants.heard import unheard
from tests.unit.deploy.lab import histories as h

RISEN = 60.0
"""Between the lab's own incident (shop-13) and the drill's (shop-36)."""


def test_an_incident_of_the_rise_may_go_unheard() -> None:
    """Both its alerts are missing, and it was over before the lab had risen."""
    later = tuple(alert for alert in h.GOOD.alerts if alert.incident != "shop-13")
    assert any("shop-13" in fault for fault in unheard(replace(h.GOOD, alerts=later)))
    assert list(unheard(replace(h.GOOD, alerts=later, risen=RISEN))) == []


def test_half_of_it_may_not() -> None:
    """Its beginning was heard, so its end is missed."""
    half = tuple(alert for alert in h.GOOD.alerts if alert.id != "alert-5")
    assert any("resolved" in f for f in unheard(replace(h.GOOD, alerts=half, risen=RISEN)))


def test_the_drill_s_own_incident_is_always_heard() -> None:
    """It happened after the rise."""
    first = tuple(alert for alert in h.GOOD.alerts if alert.incident == "shop-13")
    assert list(unheard(replace(h.GOOD, alerts=first, risen=RISEN)))
