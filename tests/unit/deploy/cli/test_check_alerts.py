"""An alert route that nobody could sign for is found before the first incident."""

import json
import secrets
from typing import Any

from jobs.inventory import Inventory, load_inventory
from jobs.signatures import key_pair, secret_text
from tests.unit.deploy.cli.desk import Operator
from tests.world import INVENTORY

ROUTE = '\n[alerts]\nurl = "https://oncall.invalid/hook"\n'


def _lacking(ann: Operator, text: str, **environ: str) -> list[dict[str, Any]]:
    file = ann.folder / "inventory.toml"
    file.write_text(text)
    ann.desk.environ = environ
    found = json.loads(ann.types("check", str(file), "--json").stdout)["lacking"]
    return [one for one in found if one["path"] == "alerts.url"]


def test_a_route_needs_a_key(ann: Operator) -> None:
    """The secret is named, and where to put it; who wants no route lacks nothing."""
    (one,) = _lacking(ann, INVENTORY + ROUTE)
    assert one["reason"] == "the secret alert-key is not here; chronicle needs it"
    assert "PGBATON_ALERT_KEY" in one["remedy"]
    assert _lacking(ann, INVENTORY) == []


def test_each_of_its_keys_must_sign(ann: Operator) -> None:
    """Both sorts do, side by side while they rotate; anything else is named, and not shown."""
    good = f"{key_pair(secrets.token_bytes(32)).private} {secret_text(secrets.token_bytes(32))}"
    assert _lacking(ann, INVENTORY + ROUTE, PGBATON_ALERT_KEY=good) == []
    (one,) = _lacking(ann, INVENTORY + ROUTE, PGBATON_ALERT_KEY=f"{good} whsk_nonsense")
    assert "nonsense" not in str(one)
    assert "whsk_" in one["reason"]


def test_a_delivery_must_end_before_another_chronicle_may_deliver() -> None:
    """What may take longer than the lease is refused, in the inventory already."""
    assert isinstance(load_inventory(f"{INVENTORY}{ROUTE}timeout = 20\n"), Inventory)
    assert not isinstance(load_inventory(f"{INVENTORY}{ROUTE}timeout = 21\n"), Inventory)
