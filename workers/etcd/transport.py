"""One question, several endpoints: without it, one endpoint that swallows packets would eat the deadline."""

from __future__ import annotations

import errno
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError

from jobs.ports import DcsUnavailable
from workers.dial import OPTIONS
from workers.etcd import refusal
from workers.tls import Tls

REACH = "check the network to the etcd endpoints, and that a majority of etcd's members is running"

SILENT = "no answer"
LOST = frozenset({errno.EHOSTUNREACH, errno.ETIMEDOUT})
"""A lost machine is now silent, now without a route. One word for all of it: a reason that changes
is recorded anew, and an outage would fill the trail with one entry a look."""

_ROUNDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one endpoint answered."""

    endpoint: str
    status: int
    body: bytes

    @property
    def good(self) -> bool:
        return self.status == HTTPStatus.OK


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """Why one endpoint gave nothing to work with; `unsent` where the question never left us."""

    endpoint: str
    text: str
    unsent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A POST; what may change something is not `repeatable`, so it is never sent twice."""

    path: str
    body: bytes
    headers: Mapping[str, str]
    repeatable: bool = True


class Transport:
    """Warm connections to every endpoint of one etcd cluster; any thread may ask.

    A repeatable question goes to the endpoint that answered last, and after each `hedge` seconds
    of silence, or at once after an error, to the next as well: the first useful answer wins.
    """

    def __init__(
        self,
        endpoints: Sequence[str],
        tls: Tls | None,
        *,
        clock: Callable[[], float],
        hedge: float,
    ) -> None:
        self.endpoints = tuple(_plain(e) for e in endpoints)
        self.tls = tls or Tls()
        self._sessions = {e: _session(self.tls) for e in self.endpoints}
        self._clock = clock
        self._hedge = hedge
        self._best = self.endpoints[0]

    def ask(self, question: Question, *, timeout: float) -> Reply:
        """The first answer that another endpoint could not better; raises DcsUnavailable."""
        deadline = self._clock() + timeout
        queue = deque(self.order() * (_ROUNDS if question.repeatable else 1))
        outcomes: SimpleQueue[Reply | Flaw] = SimpleQueue()
        flaws: dict[str, str] = {}
        pending: list[str] = []
        while (left := deadline - self._clock()) > 0 and (queue or pending):
            if queue and (question.repeatable or not pending):
                pending.append(queue.popleft())
                self._start(pending[-1], question, left, outcomes)
            hedging = bool(queue) and question.repeatable
            outcome = _next(outcomes, min(left, self._hedge) if hedging else left)
            if outcome is None:
                continue
            pending.remove(outcome.endpoint)
            if isinstance(outcome, Reply):
                self._best = outcome.endpoint
                return outcome
            flaws[outcome.endpoint] = outcome.text
            if not question.repeatable and not outcome.unsent:
                break
        raise self._nobody(flaws)

    def alive(self, endpoint: str, *, timeout: float) -> bool:
        """Whether this endpoint itself answers at all, whatever it says."""
        try:
            self._sessions[endpoint].get(
                f"{endpoint}/version", timeout=timeout, allow_redirects=False
            )
        except requests.RequestException:
            return False
        return True

    def order(self) -> tuple[str, ...]:
        """The endpoints, the one that answered last first."""
        at = self.endpoints.index(self._best)
        return self.endpoints[at:] + self.endpoints[:at]

    def _start(
        self, endpoint: str, question: Question, left: float, outcomes: SimpleQueue[Reply | Flaw]
    ) -> None:
        """One attempt on a thread of its own: whoever asked may stop waiting for it."""

        def attempt() -> None:
            outcomes.put(self._attempt(endpoint, question, left))

        threading.Thread(target=attempt, daemon=True, name=f"etcd {endpoint}").start()

    def _attempt(self, endpoint: str, question: Question, left: float) -> Reply | Flaw:
        try:
            response = self._post(endpoint, question, left)
        except (requests.RequestException, OSError) as error:
            return Flaw(endpoint=endpoint, text=flaw_text(error), unsent=_unsent(error))
        if response.status_code != HTTPStatus.OK:
            understood = refusal.read(response.status_code, response.content)
            if understood.meaning is refusal.Meaning.ELSEWHERE:
                return Flaw(endpoint=endpoint, text=understood.text)
        return Reply(endpoint=endpoint, status=response.status_code, body=response.content)

    def _post(self, endpoint: str, question: Question, left: float) -> requests.Response:
        return self._sessions[endpoint].post(
            endpoint + question.path,
            data=question.body,
            headers=dict(question.headers),
            timeout=left,
            allow_redirects=False,
        )

    def _nobody(self, flaws: Mapping[str, str]) -> DcsUnavailable:
        told = "; ".join(f"{e}: {flaws.get(e, SILENT)}" for e in self.endpoints)
        spoken = next((t for t in flaws.values() if t.startswith("etcdserver:")), None)
        remedy = refusal.remedy(spoken) if spoken else REACH
        return DcsUnavailable(reason=f"no endpoint can answer ({told})", remedy=remedy)


def flaw_text(error: BaseException) -> str:
    """The innermost cause in a few words: urllib3 and requests wrap it several times."""
    if isinstance(error, requests.Timeout):
        return SILENT
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, OSError) and inner.strerror:
            return SILENT if inner.errno in LOST else inner.strerror
        inner = inner.__cause__ or inner.__context__
    return "the connection broke" if isinstance(error, requests.ConnectionError) else str(error)


def _unsent(error: BaseException) -> bool:
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError):
        return True
    wrapped = error.args[0] if error.args else None
    return isinstance(getattr(wrapped, "reason", None), NewConnectionError)


def _next(outcomes: SimpleQueue[Reply | Flaw], seconds: float) -> Reply | Flaw | None:
    try:
        return outcomes.get(timeout=seconds)
    except Empty:
        return None


def _plain(endpoint: str) -> str:
    """Scheme, host and port alone: what else an address may hold would show up in messages."""
    url = urlsplit(endpoint)
    return f"{url.scheme}://{url.netloc.rpartition('@')[2]}"


def _session(tls: Tls) -> requests.Session:
    """One endpoint's connections. The environment's proxies and netrc are none of etcd's business."""
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", _Adapter())
    session.mount("http://", _Adapter())
    session.verify = str(tls.ca) if tls.ca else True
    session.cert = (str(tls.cert), str(tls.key or tls.cert)) if tls.cert else None
    return session


class _Adapter(HTTPAdapter):
    """Connections that notice a vanished peer by themselves, within some five seconds."""

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more, socket_options=list(OPTIONS))
