"""Whoever is told of it cannot be reached for a whole incident: nothing waits for them, and afterwards nothing is missing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from deploy.lab.drill import told
from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.expected import MOVED, takes_orders
from deploy.lab.drill.expected.living import unsaid
from deploy.lab.drill.stage import Stage
from deploy.lab.nemesis import Fault, LoseMachine, SlackDown, SlackLimited, Switchover

AS_EVER = 12.0
"""Seconds from the new leader's first writable moment to the last host's first order, at most: two on a
machine at rest, seven where four labs share two cores; whoever waits for somebody that hangs waits longer."""

CATCHES_UP = 90.0
"""Seconds that Slack's teller may take: whoever does not answer is asked once a minute at last."""

CAUGHT_UP = "Slack holds the whole incident"


def slack_down(stage: Stage) -> None:
    """Slack refuses every connection from before the fault until after the conclusion."""
    _meanwhile(stage, SlackDown(), strike=LoseMachine(stage.leader().member))


def slack_unwilling(stage: Stage, fault: Fault) -> None:
    """Slack answers, but never as it should, from before a switchover until after the conclusion."""
    _meanwhile(stage, fault, strike=Switchover(stage.leader().member))


def _meanwhile(stage: Stage, gone: Fault, *, strike: Fault) -> None:
    """A failover from which Slack hears nothing until it is over."""
    stage.until("Slack to be told so far", lambda: caught_up(stage), seconds=CATCHES_UP)
    old = stage.leader()
    stage.also(gone)
    stage.inject(strike)
    stage.until_moved(old)
    stage.until_concluded()
    stage.settle(3)
    stage.heal(gone)
    stage.until("the thread", lambda: caught_up(stage), seconds=CATCHES_UP)
    stage.mark(CAUGHT_UP)
    stage.screen.say(CAUGHT_UP, style="green")


def caught_up(stage: Stage) -> bool:
    """Whether Slack holds everything that the trail has to tell by now."""
    return told.complete(stage.trail.entries)


DISASTERS: Mapping[str, Disaster] = {
    "slack-down": Disaster(
        title="the leader's machine is lost while Slack cannot be reached",
        act=slack_down,
        must=(
            MOVED,
            unsaid("SlackDown", name="Slack was down throughout"),
            takes_orders(AS_EVER, but_for="Slack is down"),
        ),
    ),
    "slack-hangs": Disaster(
        title="a switchover while Slack takes every call and answers none",
        act=partial(slack_unwilling, fault=SlackDown("hang")),
        must=(
            MOVED,
            unsaid("SlackDown", name="Slack hung throughout"),
            takes_orders(AS_EVER, but_for="Slack hangs"),
        ),
    ),
    "slack-limited": Disaster(
        title="a switchover while Slack answers 429 to every call",
        act=partial(slack_unwilling, fault=SlackLimited()),
        must=(
            MOVED,
            unsaid("SlackLimited", name="Slack answered 429 throughout"),
            takes_orders(AS_EVER, but_for="Slack answers 429"),
        ),
    ),
}
