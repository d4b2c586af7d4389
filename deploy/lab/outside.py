"""What stands outside: a double of Slack, and beside it an on-call tool and a dead-man's switch."""

from __future__ import annotations

import json
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any

from deploy.lab import layout, pgbaton
from deploy.lab.answers import NO_ANSWER
from deploy.lab.lab import Lab
from deploy.lab.process import Process

Json = dict[str, Any]


def start_outside(lab: Lab) -> Process:
    """Slack's API on port 80 of its machine; alerts, signs of life and the lab's hand on 81."""
    machine = lab.machines["outside"]
    command = [
        sys.executable, "-m", "deploy.lab.slack",
        "--listen", f"{machine.address}:80", "--control", f"{machine.address}:81",
        "--channel", layout.SLACK_CHANNEL,
    ]  # fmt: skip
    environment = {**pgbaton.PYTHON, "SLACK_TOKEN": lab.secrets.slack}
    return machine.start("slack", command, env=environment)


def answers() -> bool:
    """Whether the lab's hand finds it."""
    try:
        _ask("/_lab/faults")
    except NO_ANSWER:
        return False
    return True


def slack_is(down: str | None) -> None:
    """Slack from now on: "refused" (nobody listens), "hang" (takes calls, never answers), None (well)."""
    _ask("/_lab/faults", {"down": down})


def slack_limits(seconds: float) -> None:
    """Slack answers 429 for so long from now on; 0 ends it."""
    _ask("/_lab/faults", {"limited": seconds})


def channel() -> Json:
    """What Slack holds: `threads`, each a first message with its `replies`, oldest first."""
    found: Json = _ask("/_lab/thread")
    return found


def alerts() -> Sequence[Json]:
    """What the on-call tool was sent: `headers`, `body` and the `status` it answered, oldest first."""
    found: Sequence[Json] = _ask("/_lab/alerts")
    return found


def heartbeats() -> Mapping[str, tuple[float, ...]]:
    """When who gave a sign of life."""
    return {who: tuple(one["times"]) for who, one in _ask("/_lab/heartbeats").items()}


def _ask(path: str, body: Json | None = None) -> Any:
    request = urllib.request.Request(  # noqa: S310 - the lab's own
        f"{layout.OUTSIDE_CONTROL}{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - likewise
        return json.load(answer)
