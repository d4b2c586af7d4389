import pytest

from jobs.ports import LedgerUnavailable
from tests.contract.ledger.desks import Desk, redis_desk
from tests.contract.ledger.server import RedisServer
from tests.contract.ledger.values import ODD


def test_nothing_is_recalled_that_was_not_remembered(desk: Desk) -> None:
    """An unknown name is None, not an empty text."""
    desk.ledger.remember("one", "text")
    assert desk.ledger.recall("two") is None


@pytest.mark.parametrize("text", ["", "é😀\u2028", 'quote " and \\ backslash', "x" * 70_000])
def test_any_text_is_recalled_as_it_was(desk: Desk, text: str) -> None:
    """Whatever stands in it, under whatever name."""
    desk.ledger.remember(ODD, text)
    assert desk.ledger.recall(ODD) == text


def test_the_last_text_counts(desk: Desk) -> None:
    """Each name has one text, and names do not touch each other."""
    desk.ledger.remember("one", "old")
    desk.ledger.remember("two", "other")
    desk.ledger.remember("one", "new")
    assert (desk.ledger.recall("one"), desk.ledger.recall("two")) == ("new", "other")


def test_many_are_recalled_at_once(desk: Desk) -> None:
    """Each under its name; those of which nothing is remembered are left out, and an empty text is not."""
    desk.ledger.remember("one", "text")
    desk.ledger.remember(ODD, "")
    assert desk.ledger.recalls(["one", "two", ODD]) == {"one": "text", ODD: ""}
    assert desk.ledger.recalls([]) == {}


def test_a_memory_outlives_its_redis(own: RedisServer) -> None:
    """Killed right after the answer, Redis recalls it all the same; while it is away that is said."""
    desk = redis_desk(own.client())
    desk.ledger.remember("one", "text")
    own.stop()
    with pytest.raises(LedgerUnavailable):
        desk.ledger.recall("one")
    with pytest.raises(LedgerUnavailable):
        desk.ledger.recalls(["one"])
    with pytest.raises(LedgerUnavailable):
        desk.ledger.remember("one", "lost")
    own.start()
    assert desk.ledger.recall("one") == "text"
