"""What an operator asks of a member's Patroni over its REST API, and its word for it, refusals included."""

from __future__ import annotations

import base64
import json
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.error import HTTPError

from deploy.lab import layout, patroni
from deploy.lab.lab import Lab
from deploy.lab.machine import LabError
from deploy.lab.process import wait_until

ANSWERS_WITHIN = 60.0
"""Seconds: Patroni answers a change of leader when it has happened."""
REFUSED_FOR = 30.0
"""Seconds for which it may refuse a switchover."""
REFUSALS = frozenset({HTTPStatus.PRECONDITION_FAILED, HTTPStatus.SERVICE_UNAVAILABLE})
UNKNOWN = "status unknown"
"""What it answers where it began one and has not seen its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Patroni said: an HTTP status, and its own sentence."""

    status: int
    text: str

    @property
    def granted(self) -> bool:
        return self.status < HTTPStatus.MULTIPLE_CHOICES


def ask(
    lab: Lab, member: str, path: str, body: Mapping[str, Any], *, method: str = "POST"
) -> Answer:
    """Ask a member; LabError where nobody answers."""
    login = base64.b64encode(f"patroni:{lab.secrets.patroni.rest}".encode()).decode()
    request = urllib.request.Request(
        f"http://{layout.MEMBERS[member]}:8008/{path}",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Basic {login}", "Content-Type": "application/json"},
        method=method,
    )
    try:
        with urllib.request.urlopen(request, timeout=ANSWERS_WITHIN) as answer:  # noqa: S310 - the lab's own
            return Answer(status=answer.status, text=answer.read().decode())
    except HTTPError as error:
        return Answer(status=error.code, text=error.read().decode(errors="replace"))
    except OSError as error:
        raise LabError(f"Patroni of {member} does not answer: {error}") from error


def switchover(lab: Lab, leader: str) -> None:
    """A planned change; Patroni chooses who follows. It refuses while no member is ready, and is asked again."""

    def asked() -> bool:
        answer = ask(lab, leader, "switchover", {"leader": leader})
        return under_way(answer, role=lab.footing.rest(leader).get("role"))

    wait_until(f"Patroni to change its leader {leader}", asked, seconds=REFUSED_FOR, step=1)


def under_way(answer: Answer, *, role: str | None) -> bool:
    """Whether a change is done or begun that was answered so, while its leader has this role; it may be asked
    for again where not. LabError where it never will be."""
    if not answer.granted and answer.status not in REFUSALS:
        raise LabError(f"Patroni answered a switchover with {answer.status}: {answer.text}")
    return answer.granted or UNKNOWN in answer.text or role == "replica"


def configured(**settings: object) -> Callable[[Lab], None]:
    """What comes up in a lab whose cluster differs in Patroni's dynamic configuration."""

    def granted(lab: Lab) -> bool:
        leader = patroni.leader(lab.footing.rest)
        return leader is not None and ask(lab, leader, "config", settings, method="PATCH").granted

    def apply(lab: Lab) -> None:
        # 503 until Patroni has seen what it wrote there itself.
        wait_until(f"Patroni to take {settings}", lambda: granted(lab), seconds=30, step=0.5)

    return apply
