"""One call to Slack's API with an end: slack_sdk's client without retries, without logs, and with none of its exceptions."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from slack_sdk.errors import SlackApiError, SlackClientError

from workers.deadline import within
from workers.slack.refusal import Refusal, Refusals
from workers.slack.wire import BoundClient

SECRET = "slack-token"  # noqa: S105 - the name it is asked for by

_MALFORMED = (AttributeError, LookupError, TypeError, ValueError, RecursionError)
"""What slack_sdk raises over answers that are not shaped as Slack's are."""

mute = logging.getLogger(f"{__name__}.mute")
"""slack_sdk logs whole requests and answers; what is worth knowing is in the values returned."""
mute.setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Slack says with "ok": true. `headers` by their names in small letters."""

    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Api:
    """Slack's Web API at `url` (https://slack.com/api) for any thread. A call ends after `timeout`
    seconds, whatever the other side drips or withholds; proxies are taken from HTTPS_PROXY."""

    url: str
    token: str = field(repr=False)
    timeout: float = 10.0
    refusals: Refusals = field(init=False)
    _client: BoundClient = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.token = self.token.strip()
        self.refusals = Refusals(place=urlsplit(self.url).netloc, secret=self.token)
        self._client = BoundClient(
            self.token,
            base_url=self.url,
            timeout=max(1, round(self.timeout)),
            logger=mute,
            retry_handlers=[],
        )

    def ask(self, method: str, **arguments: Mapping[str, Any]) -> Answer | Refusal:
        """One call; `json=` for methods that write, `params=` for those that read."""
        if re.fullmatch("[!-~]+", self.token) is None:
            return self.refusals.no_secret(SECRET)
        try:
            return within(self.timeout, lambda _: self._ask(method, arguments))
        except TimeoutError:
            return self.refusals.silent()

    def _ask(self, method: str, arguments: Mapping[str, Any]) -> Answer | Refusal:
        try:
            found = self._client.api_call(method, **arguments)
        except SlackApiError as error:
            answer = error.response
            return self.refusals.answered(answer.status_code, answer.data, answer.headers)
        except (OSError, HTTPException) as error:
            return self.refusals.unreached(error)
        except (SlackClientError, *_MALFORMED):
            return self.refusals.strange("answers what Slack never would")
        if not isinstance(found.data, dict):
            return self.refusals.strange("answers what is not JSON")
        headers = {name.lower(): str(value) for name, value in (found.headers or {}).items()}
        return Answer(body=found.data, headers=headers)
