"""What Patroni is asked through the machine itself: over a real connection and a real curl."""

from __future__ import annotations

import base64
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from deploy.blueprint import Blueprint, RenderedFile
from deploy.push import Crew, Watching, Wishes, survey
from deploy.push.asking import patroni_asked
from deploy.push.group import Group
from deploy.push.rest import configure, switch
from deploy.push.steps import Configure, Switch
from tests.contract.hook.node import command_lines
from tests.contract.push.bench import Bench, blueprint

SHOP = Group(kind="database", name="shop", members=("one",))


@dataclass
class Patroni:
    """A server that answers as told, and remembers what it was asked and what `ps` showed meanwhile."""

    status: int = 200
    asked: list[tuple[str, Any, str]] = field(default_factory=list)
    shown: str = ""
    port: int = 0

    def answer(self, request: BaseHTTPRequestHandler) -> bytes:
        size = int(request.headers.get("Content-Length") or 0)
        body = json.loads(request.rfile.read(size) or b"null")
        self.asked.append(
            (f"{request.command} {request.path}", body, request.headers.get("Authorization", ""))
        )
        lines = command_lines().values()
        self.shown += b"\n".join(lines).replace(b"\0", b" ").decode("utf-8", "replace")
        return b'{"state": "running"}' if self.status == 200 else b"no switchover now"


@contextmanager
def listening(patroni: Patroni) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_any(self) -> None:
            said = patroni.answer(self)
            self.send_response(patroni.status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = do_PATCH = do_any  # noqa: N815 - http.server's names

        def log_message(self, *args: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        patroni.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield
        server.shutdown()
        thread.join()


def member(password: str, port: int) -> Blueprint:
    text = (
        f'restapi:\n  connect_address: "127.0.0.1:{port}"\n  authentication:\n'
        f"    username: patroni\n    password: {json.dumps(password)}\n"
    )
    return blueprint(RenderedFile(path="/etc/pushed/patroni.yml", text=text, secret=True))


@pytest.fixture
def patroni() -> Iterator[Patroni]:
    made = Patroni()
    with listening(made):
        yield made


@contextmanager
def crew_of(bench: Bench, wanted: Blueprint) -> Iterator[Crew]:
    crew = bench.crew(wanted)
    crew.site = {"one": replace(crew.site["one"], patroni=patroni_asked(wanted))}
    try:
        yield crew
    finally:
        crew.close()


def test_the_password_is_no_argument(bench: Bench, patroni: Patroni) -> None:
    """A PATCH arrives with its body and the login; while it is answered no process shows the password."""
    password = secrets.token_hex(12) + ' "\\$x'
    patch = {"ttl": 30, "postgresql": {"parameters": {"work_mem": "8MB"}}}
    with crew_of(bench, member(password, patroni.port)) as crew:
        watching = Watching(crew=crew, sleep=lambda _: None)
        step = Configure(group=SHOP, patch=patch, was={})
        assert configure(step, crew, watching) is None
    (what, body, login), *_ = patroni.asked
    assert (what, body) == ("PATCH /config", patch)
    assert base64.b64decode(login.removeprefix("Basic ")).decode() == f"patroni:{password}"
    assert "curl" in patroni.shown
    assert password not in patroni.shown


def test_what_patroni_says_no_to(bench: Bench, patroni: Patroni) -> None:
    """Its status and words are the reason, and nothing else is tried."""
    patroni.status = 412
    with crew_of(bench, member(secrets.token_hex(8), patroni.port)) as crew:
        trouble = switch(Switch(group=SHOP, leader="one"), crew, Watching(crew=crew))
    assert trouble is not None
    assert trouble.reason == "Patroni says to POST /switchover: 412 no switchover now"
    assert [what for what, _, _ in patroni.asked] == ["POST /switchover"]


def test_its_state_is_read_with_everything_else(bench: Bench, patroni: Patroni) -> None:
    """One look has what Patroni says of the member, the cluster and the configuration."""
    with crew_of(bench, member(secrets.token_hex(8), patroni.port)) as crew:
        seen = survey(crew, ("one",), Wishes()).found["one"]
    assert seen.patroni == seen.cluster == seen.config == {"state": "running"}
    paths = [what for what, _, _ in patroni.asked]
    assert paths == ["GET /patroni", "GET /cluster", "GET /config"]
