"""Orders are read as they come: every line once, a half-written one when it is whole."""

from __future__ import annotations

import json
from pathlib import Path

from deploy.lab.drill.history import Leadership, Writing
from deploy.lab.drill.orderbook import OrderBook
from deploy.lab.drill.writable import GAP, seen

LEADER = Leadership(member="pg1", address="10.77.0.21", epoch=5, since=10.0)


def line(
    name: str, *, ended: float, result: str = "acknowledged", member: str | None = None
) -> str:
    order = {"id": name, "host": "shop1", "sent": ended - 0.1, "ended": ended, "result": result}
    return json.dumps({**order, "member": member or LEADER.address}) + "\n"


def test_a_growing_history_is_read_once(tmp_path: Path) -> None:
    """A line that is half written is read when it is whole, and none twice."""
    path = tmp_path / "orders.jsonl"
    book = OrderBook(path)
    assert book.of("shop1") == ()
    whole = line("b", ended=12.0)
    path.write_text(line("a", ended=11.0) + whole[:20])
    assert [order.id for order in book.of("shop1")] == ["a"]
    path.write_text(line("a", ended=11.0) + whole)
    assert [order.id for order in book.of("shop1")] == ["a", "b"]


def test_the_first_sale_is_the_leader_s_own(tmp_path: Path) -> None:
    """Acknowledged by it, and under its key."""
    path = tmp_path / "orders.jsonl"
    path.write_text(
        line("before", ended=9.0)
        + line("stranger", ended=11.0, member="10.77.0.22")
        + line("failed", ended=11.5, result="failed")
        + line("first", ended=12.0)
    )
    book = OrderBook(path)
    assert book.sold("shop1", LEADER) == 12.0
    assert book.ended("shop1", "failed", since=11.0)
    assert not book.ended("shop1", "failed", since=11.6)
    assert book.sold("shop2", LEADER) is None


def test_a_member_s_writing_goes_on_until_it_is_silent() -> None:
    """Answers close to each other are one time; after a silence another begins, member by member."""
    known = seen([], "pg1", 1.0)
    known = seen(known, "pg2", 1.1)
    known = seen(known, "pg1", 1.0 + GAP / 2)
    assert known == [
        Writing(member="pg1", since=1.0, until=1.0 + GAP / 2),
        Writing(member="pg2", since=1.1, until=1.1),
    ]
    later = seen(known, "pg1", 9.0)
    assert later[-1] == Writing(member="pg1", since=9.0, until=9.0)
