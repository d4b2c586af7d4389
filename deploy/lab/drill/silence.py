"""Slack cannot be reached for a whole incident: nothing waits for it, and afterwards nothing is missing."""

from __future__ import annotations

import time

from deploy.lab import faults, layout, outside
from deploy.lab.drill import told
from deploy.lab.drill.history import Leadership, SlackMessage
from deploy.lab.drill.invariants import Checked
from deploy.lab.drill.stage import Stage
from deploy.lab.process import wait_until

AS_EVER = 5.0
"""Seconds from the new leader's first writable moment to the last host's first order, at most."""

CATCHES_UP = 90.0
"""Seconds that Slack's teller may take: whoever does not answer is asked once a minute at last."""


def slack_down(stage: Stage) -> tuple[Checked, ...]:
    """Slack refuses every connection from before the fault until after the conclusion."""
    wait_until("Slack to be told so far", lambda: caught_up(stage), seconds=CATCHES_UP, step=0.2)
    stage.screen.say("Slack is gone from here on: it refuses every connection")
    outside.slack_is("refused")
    before = told.messages(outside.channel())
    old = stage.leader()
    stage.inject(
        f"FAULT: the machine of {old.member} loses its link, then everything on it gets SIGKILL",
        lambda: faults.lose_machine(stage.lab, old.member),
    )
    new = stage.until_moved(old)
    stage.until_concluded()
    stage.settle(3)
    silent = _silent(before)
    return (silent, _as_ever(stage, new), _caught_up(stage))


def caught_up(stage: Stage) -> bool:
    """Whether Slack holds everything that the trail has to tell by now."""
    return told.complete(stage.trail.entries)


def _silent(before: tuple[SlackMessage, ...]) -> Checked:
    """The drill would prove nothing if Slack had heard of it meanwhile."""
    meanwhile = set(told.messages(outside.channel())) - set(before)
    return Checked(
        name="Slack was down throughout",
        held=not meanwhile,
        evidence=f"{len(meanwhile)} messages came or changed between the fault and the conclusion",
    )


def _as_ever(stage: Stage, new: Leadership) -> Checked:
    writable = stage.writable.first[new.member]
    seconds = max(stage.sold(host) for host in layout.SHOPS) - writable
    return Checked(
        name=f"every host takes orders within {AS_EVER:g} s although Slack is down",
        held=seconds < AS_EVER,
        evidence=f"{seconds:.2f} s after {new.member} took its first write",
    )


def _caught_up(stage: Stage) -> Checked:
    outside.slack_is(None)
    began = time.time()
    stage.screen.say("Slack is back")
    try:
        wait_until("the thread", lambda: caught_up(stage), seconds=CATCHES_UP, step=0.2)
    except TimeoutError as error:
        return Checked(name=CAUGHT_UP, held=False, evidence=str(error))
    took = time.time() - began
    stage.screen.say("Slack holds the whole incident", style="green")
    return Checked(name=CAUGHT_UP, held=True, evidence=f"after {took:.1f} s")


CAUGHT_UP = "once Slack is back, the thread is made up for"
