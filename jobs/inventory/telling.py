"""Where the story is told: pages, Slack, an alert route, a dead-man's heartbeat, and how long it is kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from jobs.inventory.address import url_parts
from jobs.inventory.parts import Part, Seconds, Text


def _http_url(text: str) -> str:
    parts = url_parts(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        msg = "must look like https://host/path, without a user or a password in it"
        raise ValueError(msg)
    return text


def _no_slash(text: str) -> str:
    return _http_url(text).rstrip("/")


Url = Annotated[Text, AfterValidator(_http_url)]


class Pages(Part):
    """The live pages. `url` is where people reach them: what links in Slack and alerts begin with.

    Who may look: the secrets `viewer-password` (hashes of passwords) and `viewer-tokens` (hashes of
    tokens), as `pgbaton keys viewer` prints them. `viewers` is how many live pages one process serves
    at once; further ones reload instead.
    """

    url: Annotated[Text, AfterValidator(_no_slash)] | None = None
    viewers: Annotated[int, Field(ge=1, le=1000)] = 20


class Slack(Part):
    """Where incidents are told. With a bot's token (secret `slack-token`) and `channel`, one thread an
    incident; with an incoming webhook's address (secret `slack-webhook`), single messages.

    With more than `threads` incidents open at once, the others share one digest.
    """

    channel: Annotated[str, StringConstraints(pattern=r"^[CG][A-Z0-9]{2,20}\Z")] | None = None
    url: Annotated[Text, AfterValidator(_no_slash)] = "https://slack.com/api"
    threads: Annotated[int, Field(ge=1, le=50)] = 5


class Alerts(Part):
    """A webhook of an on-call tool: CloudEvents, signed as Standard Webhooks with the secret
    `alert-key` (whsk_… or whsec_…). `timeout` stays below the 30 s for which one chronicle alone delivers."""

    url: Url | None = None
    timeout: Annotated[Seconds, Field(le=20)] = 5


class Heartbeat(Part):
    """Addresses of a dead-man's switch, called every `every` seconds by clock and watch themselves, and
    only after a round that succeeded."""

    clock: Url | None = None
    watch: Url | None = None
    every: Seconds = 60


class Audit(Part):
    """The audit trail's anchors, and how long `pgbaton audit trim` keeps what it holds. `anchor_prefix`
    is the part of each cluster's etcd that pgbaton may write."""

    anchors: bool = True
    anchor_prefix: Annotated[str, StringConstraints(pattern=r"^/[\w./-]{0,200}/\Z")] = "/pgbaton/"
    keep_days: Annotated[int, Field(ge=1, le=36_500)] = 400
