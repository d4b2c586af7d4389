"""Who tells incidents in Slack, and what is left behind where nobody does."""

from __future__ import annotations

from tests.world import make_world
from workers.chronicle.trouble import NAME
from workers.processes.telling import teller_of
from workers.secrets import Secrets


def test_a_slack_that_was_taken_away_leaves_no_trouble() -> None:
    """Nobody mends what is not there any more; without Redis that waits for the next start."""
    world = make_world()
    world.ledger.remember(NAME, '{"reason": "token_revoked"}')
    world.ledger.break_down()
    assert teller_of(world.inventory, Secrets({}), world.ledger, holder="x") is None
    world.ledger.recover()
    assert teller_of(world.inventory, Secrets({}), world.ledger, holder="x") is None
    assert world.ledger.recall(NAME) == ""
