"""Slack's incoming webhook as the port Crier: the lesser mode, for a workspace that allows no app of one's own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http.client import HTTPException
from urllib.parse import urlsplit

import structlog

from jobs.ports import Barred, Later, Lost, Told, Unfit
from jobs.slack.message import Message
from jobs.slack.payload import bare, payload
from workers.deadline import within
from workers.slack.client import mute
from workers.slack.refusal import Refusal, Refusals
from workers.slack.wire import BoundWebhook

log = structlog.get_logger(__name__)

SECRET = "slack-webhook"  # noqa: S105 - the name it is asked for by
OK = 200


@dataclass(slots=True, kw_only=True)
class SlackWebhook:
    """A `Crier`. The address is the secret: whoever knows it may post, so no reason ever shows it."""

    url: str = field(repr=False)
    timeout: float = 10.0
    refusals: Refusals = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.url = self.url.strip()
        parts = urlsplit(self.url) if re.fullmatch("https?://[!-~]+", self.url) else None
        place = parts.netloc if parts is not None else ""
        secret = parts.path.rsplit("/", 1)[-1] if parts is not None else ""
        self.refusals = Refusals(place=place, secret=secret)

    def post(self, message: Message) -> Told | Later | Barred | Unfit:
        """Content that Slack refuses is posted as bare text, once; see SlackChannel."""
        if not self.refusals.place:
            return self.refusals.no_secret(SECRET)
        found = self._send(payload(message))
        if isinstance(found, Unfit):
            log.error("slack.message.refused", reason=found.reason)
            found = self._send(bare(message))
        return found

    def _send(self, body: dict[str, object]) -> Told | Later | Barred | Unfit:
        said = {name: value for name, value in body.items() if value}
        try:
            found = within(self.timeout, lambda _: self._try(said))
        except TimeoutError:
            return self.refusals.silent()
        if isinstance(found, Lost):
            return self.refusals.strange("answers what an incoming webhook never would")
        return found

    def _try(self, body: dict[str, object]) -> Told | Refusal:
        client = BoundWebhook(
            self.url, timeout=max(1, round(self.timeout)), logger=mute, retry_handlers=[]
        )
        try:
            answer = client.send_dict(body)
        except (OSError, HTTPException) as error:
            return self.refusals.unreached(error)
        except (AttributeError, LookupError, TypeError, ValueError):
            return self.refusals.strange("answers what is no text")
        if answer.status_code == OK and answer.body.strip() == "ok":
            return Told()
        return self.refusals.answered(answer.status_code, answer.body, answer.headers)
