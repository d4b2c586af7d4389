"""What may be asked of the lab's hand: a fault that is misspelt must not pass for a healthy API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from deploy.lab.linode.faults.broken import KINDS
from deploy.lab.linode.rest.forms import Form, flag, integer, many, nullable, one_of, text

COUNT = integer(0, 1_000_000)


def seconds(value: Any) -> str | None:
    good = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    return None if good else "Must be seconds"


def broken(value: Any) -> str | None:
    good = value in KINDS or (
        isinstance(value, str) and value.isdigit() and len(value) == len("500")
    )
    return None if good else f"Must be a status or one of {', '.join(KINDS)}"


def pattern(value: Any) -> str | None:
    try:
        re.compile(value)
    except (re.error, TypeError):
        return "Must be a regular expression"
    return None


GONE: Mapping[Any, str | None] = {
    "silent": "silent",
    "refused": "refused",
    True: "silent",
    False: None,
}
FAULTS = Form(
    members={
        "slow": seconds,
        "broken": nullable(broken),
        "gone": nullable(one_of(*GONE)),
        "limited": seconds,
        "lost_replies": COUNT,
        "spared": COUNT,
        "only": pattern,
    }
)
MODES = Form(members={"delay": seconds}, required=("delay",))
LIMITS = Form(members={"collection": COUNT, "stats": COUNT, "other": COUNT})
TOKEN = Form(members={"scopes": text(), "restricted": flag})
NODE = Form(members={"status": one_of("UP", "DOWN", "Unknown")}, required=("status",))
MACHINE = Form(
    members={
        "label": text(1),
        "ipv4": many(text()),
        "firewall": text(),
        "interface_generation": one_of("legacy_config", "linode"),
        "status": text(),
    },
    required=("label", "ipv4"),
)
EVENT = Form(
    members={"action": text(1), "machine": text(), "status": text(), "message": text()},
    required=("action", "machine"),
)
