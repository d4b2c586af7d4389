"""Whoever is told of it cannot be reached for a whole incident: nothing waits for them, and afterwards nothing is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deploy.lab.drill import told
from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.expected import MOVED, takes_orders
from deploy.lab.drill.history import History
from deploy.lab.drill.invariants.checked import Invariant
from deploy.lab.drill.stage import Stage
from deploy.lab.nemesis import LoseMachine, SlackDown

AS_EVER = 5.0
"""Seconds from the new leader's first writable moment to the last host's first order, at most."""

CATCHES_UP = 90.0
"""Seconds that Slack's teller may take: whoever does not answer is asked once a minute at last."""

CAUGHT_UP = "Slack holds the whole incident"


def slack_down(stage: Stage) -> None:
    """Slack refuses every connection from before the fault until after the conclusion."""
    stage.until("Slack to be told so far", lambda: caught_up(stage), seconds=CATCHES_UP)
    gone, old = SlackDown(), stage.leader()
    stage.also(gone)
    stage.inject(LoseMachine(old.member))
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


def _meanwhile(history: History) -> Iterator[str]:
    """The drill would prove nothing if Slack had heard of it meanwhile."""
    [down] = (one for one in history.injected if one.fault == "SlackDown")
    for message in history.slack:
        if down.at < message.at < (down.healed or float("inf")):
            yield f"{message.key} came {message.at - down.at:.1f} s after Slack was gone"


SILENT = Invariant("Slack was down throughout", _meanwhile, lambda _: "no message came meanwhile")

DISASTERS: Mapping[str, Disaster] = {
    "slack-down": Disaster(
        title="the leader's machine is lost while Slack cannot be reached",
        act=slack_down,
        must=(MOVED, SILENT, takes_orders(AS_EVER, but_for="Slack is down")),
    ),
}
