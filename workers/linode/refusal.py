"""What keeps Linode's API from answering, in people's words: the one place where it becomes LinodeUnavailable."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import requests
from linode_api4 import ApiError

from jobs.ports import LinodeUnavailable
from workers.linode.scopes import scope_remedy

SECRET = "linode-token"  # noqa: S105 - the name it is asked for by
SILENT = "gives no answer"
NOT_AUTHORIZED = "not authorized"
"""So Linode says that a token is good, but its scopes are not."""

OTHER_API = "see that linode.url is Linode's API, and that no proxy answers in its place"
LATER = "see https://status.linode.com; it is asked again"

WAIT, LONGEST_WAIT = 15.0, 300.0
"""Seconds to leave Linode alone after a 429 that says nothing, and after one that says anything: its
windows last a minute, and whoever asks for a day is no Linode."""

_SHOWN = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """Tells what happened at `place`, the API's host. No word of it holds the token, whoever sent it,
    and no reason a number that changes: one outage is one reason."""

    place: str
    token: str = field(repr=False)

    def answered(self, path: str, error: ApiError) -> LinodeUnavailable:
        """Linode answers, with an error."""
        status, text = error.status, self._said(error.json)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return self.limited(_wait(error.response))
        reason = f"{self.place} answers {status}" + (f": {text}" if text else "")
        remedy = self._remedy(path, status, text, error.response)
        return LinodeUnavailable(
            reason, remedy, status=status, retry_after=_retry_after(error.response)
        )

    def limited(self, seconds: float) -> LinodeUnavailable:
        """Linode wants to be left alone, for so many seconds more."""
        reason = f"{self.place} answers 429: too many requests with this token"
        remedy = f"it is asked again in {max(1, round(seconds))} s; see what else uses the token"
        return LinodeUnavailable(reason, remedy, status=429, retry_after=seconds)

    def unreached(self, error: BaseException) -> LinodeUnavailable:
        """Nothing answers, or not to the end."""
        causes = tuple(_causes(error))
        if any(isinstance(c, TimeoutError | requests.Timeout) for c in causes):
            return self.silent()
        if untrusted := [c for c in causes if isinstance(c, ssl.SSLError)]:
            return self._untrusted(untrusted[-1])
        if dropped(error):
            return LinodeUnavailable(f"{self.place} breaks the connection off", LATER)
        return self._unasked(error, causes)

    def silent(self) -> LinodeUnavailable:
        """The time is up."""
        remedy = f"check the network from here to {self.place}; {LATER}"
        return LinodeUnavailable(f"{self.place} {SILENT}", remedy)

    def strange(self, what: str) -> LinodeUnavailable:
        """An answer that is not Linode's; `what` goes on after the place."""
        return LinodeUnavailable(f"{self.place} {what}", OTHER_API)

    def no_token(self) -> LinodeUnavailable:
        """The token cannot be one."""
        return LinodeUnavailable(
            f"the token for {self.place} holds a blank, a line break or another character that no"
            " token has",
            f"put the token alone into the secret {SECRET}",
        )

    def _unasked(
        self, error: BaseException, causes: tuple[BaseException, ...]
    ) -> LinodeUnavailable:
        """No connection came about, or none that speaks HTTP for itself."""
        words = [str(c.strerror) for c in causes if isinstance(c, OSError) and c.strerror]
        match error:
            case requests.TooManyRedirects():
                return self.strange("sends us elsewhere")
            case requests.RequestException() if words:
                check = f"check the network from here to {self.place}, and linode.url"
                return LinodeUnavailable(f"{self.place} cannot be reached: {words[-1]}", check)
            case requests.RequestException():
                return self.strange("answers what is not HTTP")
            case _:
                return LinodeUnavailable(f"{self.place} cannot be asked: {error}", "mend linode.ca")

    def _untrusted(self, error: ssl.SSLError) -> LinodeUnavailable:
        if isinstance(error, ssl.SSLCertVerificationError):
            return LinodeUnavailable(
                f"{self.place} shows a certificate that is refused: {error.verify_message}",
                "name the file of the authority that signed it in linode.ca",
            )
        why = (error.reason or "no reason given").replace("_", " ").lower()
        return LinodeUnavailable(
            f"{self.place} cannot be asked over TLS: {why}",
            "see that linode.ca holds certificates, and that linode.url speaks TLS",
        )

    def _remedy(self, path: str, status: int, text: str, response: requests.Response | None) -> str:
        match status:
            case 401 if NOT_AUTHORIZED in text:
                headers = {} if response is None else response.headers
                return f"{scope_remedy(path, headers)}, and put it into the secret {SECRET}"
            case 401:
                return f"it expired or was revoked: put another into the secret {SECRET}"
            case 403:
                return "grant the token's user read and write access to it (Users & Grants)"
            case 404:
                return f"it was deleted meanwhile: look again. If that does not help, {OTHER_API}"
            case _ if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                return LATER
            case _:
                return "correct it in the inventory, or at Linode"

    def _said(self, found: Any) -> str:
        """Linode's own words: of each error the field and the reason."""
        errors = found.get("errors") if isinstance(found, dict) else None
        told = [_one(e) for e in errors if isinstance(e, Mapping)] if errors else []
        text = " ".join("; ".join(told).split())[:_SHOWN]
        return text.replace(self.token, "…") if self.token else text


def _one(error: Mapping[str, Any]) -> str:
    where, reason = error.get("field"), error.get("reason")
    return f"{where}: {reason}" if where else str(reason)


def _wait(response: requests.Response | None) -> float:
    told = _retry_after(response)
    return WAIT if told is None else min(told, LONGEST_WAIT)


def _retry_after(response: requests.Response | None) -> float | None:
    """Linode writes seconds, never a date. It also does on answers that ask for no patience, so this
    counts with 429 and 503 alone."""
    if response is None or response.status_code not in {429, 503}:
        return None
    text = response.headers.get("Retry-After", "").strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < len("999999") else None


def dropped(error: BaseException) -> bool:
    """True where a connection that stood broke off: what was asked may have been carried out."""
    kinds = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError, EOFError)
    incomplete = isinstance(error, requests.exceptions.ChunkedEncodingError)
    return incomplete or any(isinstance(c, kinds) for c in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all it wraps, outermost first: urllib3 and requests do it several times, and hide
    some of it among the arguments."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        wrapped = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        waiting += [w for w in wrapped if isinstance(w, BaseException)]
