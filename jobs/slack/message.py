"""One message of Slack's as a value, before anybody posts it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`text` is what notifications and screen readers say; `blocks` Block Kit's (docs.slack.dev,
    block-kit/blocks); `colour` the bar beside them (#rrggbb), for which Slack wants an attachment."""

    text: str
    blocks: tuple[Mapping[str, Any], ...] = ()
    colour: str | None = None
