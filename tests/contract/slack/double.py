"""The Slack double for tests: a thread on a free port, its workspace at hand, and all that passed."""

from __future__ import annotations

import io
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import requests
from werkzeug.wrappers import Request, Response

from deploy.lab.slack.pace import Paces
from deploy.lab.slack.server import Slack
from deploy.lab.slack.workspace import Access, Json, Workspace
from workers.slack import SlackChannel, SlackWebhook
from workers.slack.client import Api

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One call that reached the API, and its answer."""

    method: str
    body: bytes
    kind: str
    answer: Any


@dataclass(slots=True)
class Recorder:
    """Stands before the API and keeps what passes."""

    app: WSGIApplication
    exchanges: list[Exchange] = field(default_factory=list)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        asked = Request(environ)
        body = asked.get_data()
        environ["wsgi.input"] = io.BytesIO(body)
        answer = Response.from_app(self.app, environ)
        if asked.path.startswith("/api/"):
            found = json.loads(answer.get_data())
            one = Exchange(
                method=asked.path.removeprefix("/api/"),
                body=body,
                kind=asked.content_type,
                answer=found,
            )
            self.exchanges.append(one)
        return answer(environ, start)


@dataclass(slots=True, kw_only=True)
class Double:
    """A Slack that is up, without a rate limit until `pace` gives one."""

    timeout: float = 20.0
    token: str = field(default_factory=lambda: f"xoxb-{secrets.token_hex(12)}")
    space: Workspace = field(default_factory=Workspace)
    slack: Slack = field(init=False)
    recorder: Recorder = field(init=False)

    def __enter__(self) -> Self:
        paces = Paces()
        paces.change(0, 0)
        access = Access(token=self.token)
        self.slack = Slack(access=access, space=self.space, paces=paces, between=self._record)
        self.slack.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.slack.stop()

    def _record(self, app: WSGIApplication) -> WSGIApplication:
        self.recorder = Recorder(app)
        return self.recorder

    def channel(self, **how: Any) -> SlackChannel:
        """The hand under test; `token`, `channel` and `timeout` may differ."""
        api = Api(
            url=how.get("url", self.slack.url),
            token=how.get("token", self.token),
            timeout=how.get("timeout", self.timeout),
        )
        return SlackChannel(api=api, channel=how.get("channel", self.space.channel))

    def webhook(self, url: str | None = None) -> SlackWebhook:
        return SlackWebhook(url=url or self.slack.webhook, timeout=self.timeout)

    def ask(self, method: str, *, token: str | None = None, **how: Any) -> requests.Response:
        """One call by hand; `json=`, `data=` or `params=`."""
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return requests.post(f"{self.slack.url}/{method}", headers=headers, timeout=20, **how)

    def control(self, method: str, path: str, body: Json | None = None) -> Any:
        """What the lab's hand answers."""
        url = f"{self.slack.desk.url}/_lab{path}"
        return requests.request(method, url, json=body, timeout=20)

    def hurt(self, **faults: Any) -> None:
        answer = self.control("POST", "/faults", faults)
        assert answer.ok, answer.text

    def calls(self, method: str) -> int:
        """How often a method was asked for, whatever became of it."""
        asked = self.slack.front.journal.since()
        return sum(one.path == f"/api/{method}" for one in asked)

    @property
    def texts(self) -> list[str]:
        """What stands in the channel, in order."""
        return [note.now.text or note.now.attachments[0]["fallback"] for note in self.space.notes]
