"""From whatever goes wrong at Slack to a value: the one place where its answers become Later, Lost, Barred or Unfit."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, assert_never
from urllib.error import URLError

from jobs.ports import Barred, Later, Lost, Unfit
from workers.slack.errors import ERRORS, UNKNOWN, Means, missing_scope

Refusal = Later | Lost | Barred | Unfit

PAUSE, LIMITED, LONGEST = 5.0, 30.0, 3600.0
"""Seconds to wait after a failure; after a 429 that names none; and at most, whatever it names."""

TOO_MANY, SERVER_ERROR = 429, 500
_SHOWN = 300
_NAME = re.compile(r"[a-z][a-z0-9_]{0,79}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """Tells what happened at `place`, the API's host. No word of it holds the secret, whoever sent it."""

    place: str
    secret: str = field(repr=False)

    def answered(self, status: int, body: object, headers: Mapping[str, str]) -> Refusal:
        """Slack answers, and not with "ok". `body` as parsed, or text that is no JSON."""
        if status == TOO_MANY:
            return self.limited(headers)
        if status >= SERVER_ERROR and not _error(body):
            return Later(seconds=PAUSE, reason=f"{self.place} answers {status}", doubtful=True)
        if not (name := _error(body)):
            return self.strange(f"answers {status} without a word of Slack's")
        found = body if isinstance(body, Mapping) else {}
        return self.named(name, found, headers)

    def named(self, name: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Refusal:
        """Slack answers with one of its errors."""
        known = ERRORS.get(name, UNKNOWN)
        reason = self._clean(f"{self.place} says {name}{_details(body)}")
        match known.means:
            case Means.LATER if name in {"ratelimited", "rate_limited"}:
                return self.limited(headers)
            case Means.LATER | Means.DOUBTFUL:
                doubtful = known.means is Means.DOUBTFUL
                return Later(seconds=PAUSE, reason=reason, doubtful=doubtful)
            case Means.GONE:
                return Lost(kind="message-not-found", reason=reason)
            case Means.CLOSED:
                return Lost(kind="edit-window-closed", reason=reason)
            case Means.BARRED:
                remedy = known.remedy or missing_scope(self._clean(str(body.get("needed") or "")))
                return Barred(reason=reason, remedy=remedy)
            case Means.UNFIT:
                return Unfit(reason=reason)
            case _:
                assert_never(known.means)

    def limited(self, headers: Mapping[str, str]) -> Later:
        """429: Slack says in Retry-After how many seconds to leave it alone."""
        told = {name.lower(): value for name, value in headers.items()}.get("retry-after", "")
        whole = str(told).strip()
        seconds = float(whole) if re.fullmatch(r"[0-9]{1,9}", whole) else LIMITED
        reason = f"{self.place} answers 429: too many messages"
        return Later(seconds=min(max(seconds, 1.0), LONGEST), reason=reason)

    def unreached(self, error: BaseException) -> Later:
        """Nothing answers, or not to the end. Only where no connection came about it is certain that
        nothing was done."""
        why = error.reason if isinstance(error, URLError) else error
        if isinstance(why, TimeoutError):
            return self.silent()
        certain = isinstance(error, URLError) and isinstance(why, _NEVER_CONNECTED)
        said = getattr(why, "strerror", None) or getattr(why, "verify_message", None)
        words = self._clean(str(said or type(why).__name__))
        reason = f"{self.place} cannot be reached: {words}"
        return Later(seconds=PAUSE, reason=reason, doubtful=not certain)

    def silent(self) -> Later:
        """The time is up."""
        return Later(seconds=PAUSE, reason=f"{self.place} gives no answer", doubtful=True)

    def strange(self, what: str) -> Later:
        """An answer that is not Slack's, a proxy's perhaps; `what` goes on after the place."""
        return Later(seconds=PAUSE, reason=f"{self.place} {what}", doubtful=True)

    def no_secret(self, name: str) -> Barred:
        """The secret cannot be one; not a character of it is shown."""
        reason = f"the secret {name} holds a blank, a line break or what else no such secret has"
        return Barred(reason=reason, remedy=f"put it alone into the secret {name}")

    def _clean(self, text: str) -> str:
        line = " ".join(text.split())
        return (line.replace(self.secret, "…") if self.secret else line)[:_SHOWN]


_NEVER_CONNECTED = (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)


def _error(body: object) -> str:
    """The name of the error, where the answer holds one: in JSON, or an incoming webhook's bare word."""
    found = body.get("error") if isinstance(body, Mapping) else body
    word = found.strip() if isinstance(found, str) else ""
    return word if _NAME.fullmatch(word) else ""


def _details(body: Mapping[str, Any]) -> str:
    """What else Slack says: the scope it misses, the blocks it refuses."""
    needed, metadata = body.get("needed"), body.get("response_metadata")
    told = metadata.get("messages") if isinstance(metadata, Mapping) else None
    words = [str(one) for one in told] if isinstance(told, list) else []
    words += [f"needed: {needed}"] if needed else []
    return f" ({'; '.join(words)})" if words else ""
