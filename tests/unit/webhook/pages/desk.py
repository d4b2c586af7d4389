"""The pages over a fake ledger with a whole pgbaton around it, and a visitor who may look."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from jobs.audit import Entry
from tests.unit.webhook.pages.compiled import Compiled
from tests.world import World, make_world
from webhook.pages import Credentials, Ports, create_pages
from webhook.pages.credentials import new_token, token_hash

COMPILED = Compiled()


@dataclass
class Visit:
    """`client` sends a token unless told otherwise; `stranger` nothing."""

    world: World = field(default_factory=make_world)
    passwords: tuple[str, ...] = ()
    token: str = field(default_factory=new_token)
    viewers: int = 2
    app: Flask = field(init=False)
    client: FlaskClient = field(init=False)
    stranger: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        ports = Ports(
            inventory=self.world.inventory,
            ledger=self.world.ledger,
            credentials=Credentials(passwords=self.passwords, tokens=(token_hash(self.token),)),
            now=self.world.clock.now,
            monotonic=self.world.clock.monotonic,
            viewers=self.viewers,
            every=0.01,
        )
        self.app = create_pages(ports)
        self.app.jinja_env.bytecode_cache = COMPILED
        self.client, self.stranger = self.app.test_client(), self.app.test_client()
        self.client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {self.token}"

    def page(self, path: str, *, status: int = 200) -> str:
        """The page's text."""
        answer: TestResponse = self.client.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    def fail_over(self, member: str = "pg2") -> str:
        """One whole incident; its name."""
        self.world.settle()
        self.world.fail_over(member)
        self.world.settle()
        return str(self.world.ledger.spans("shop", count=1)[0].incident)

    def spoil(self, seq: int, body: str) -> None:
        """Somebody writes into Redis."""
        chain: list[Entry] = self.world.ledger.store.of("shop").chain.entries
        chain[seq - 1] = replace(chain[seq - 1], body=body)
