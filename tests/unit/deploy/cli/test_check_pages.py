"""Pages that nobody could open are found before the first incident."""

import json
from typing import Any

import pytest

from tests.unit.deploy.cli.desk import Operator
from tests.world import INVENTORY
from webhook.pages.credentials import new_token, password_hash, token_hash

PAGES = '\n[pages]\nurl = "https://pgbaton.example.com"\n'


def lacking(ann: Operator, text: str, **environ: str) -> list[str]:
    """The reasons that concern the pages."""
    file = ann.folder / "inventory.toml"
    file.write_text(text)
    ann.desk.environ = environ
    found: dict[str, Any] = json.loads(ann.types("check", str(file), "--json").stdout)
    return [one["reason"] for one in found["lacking"] if one["path"] == "pages.url"]


def test_pages_need_somebody_who_may_look(ann: Operator) -> None:
    """Where the inventory names their address; else nobody wants them."""
    assert lacking(ann, INVENTORY + PAGES) == [
        "neither viewer-password nor viewer-tokens is here; the pages need one"
    ]
    assert lacking(ann, INVENTORY) == []


def test_a_password_or_a_token_will_do(ann: Operator) -> None:
    """Either of the two."""
    hashed = password_hash("a rather long password")
    assert lacking(ann, INVENTORY + PAGES, PGBATON_VIEWER_PASSWORD=hashed) == []
    assert lacking(ann, INVENTORY + PAGES, PGBATON_VIEWER_TOKENS=token_hash(new_token())) == []


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"PGBATON_VIEWER_PASSWORD": "in-the-clear"}, "secret viewer-password: word 1 is no hash"),
        ({"PGBATON_VIEWER_TOKENS": "x y"}, "secret viewer-tokens: word 1 is no hash"),
        ({"PGBATON_VIEWER_TOKENS_FILE": "/nowhere"}, "secret viewer-tokens: cannot read /nowhere"),
    ],
)
def test_a_secret_that_is_no_hash_is_named_and_not_shown(
    ann: Operator, environ: dict[str, str], says: str
) -> None:
    """As the pages process itself would say it."""
    found = lacking(ann, INVENTORY + PAGES, **environ)
    assert any(one.startswith(says) for one in found), found
    assert not any("in-the-clear" in one for one in found)
