"""A thread tells its incident once, in order, whatever happens to Slack and to the process."""

from __future__ import annotations

from jobs.slack.layout import GREEN
from tests.unit.workers.chronicle.stage import Stage, settled


def test_a_failover_is_a_root_and_replies() -> None:
    """The root ends green, and the last reply says how it ended."""
    stage = settled()
    stage.world.fail_over("pg2")
    stage.world.settle()
    stage.run(10)
    assert stage.root("shop-2").message.colour == GREEN
    assert "pg1 → pg2" in stage.root("shop-2").message.text
    assert stage.replies("shop-2") == ["proof", "end"]
    stage.check()


def test_nothing_is_posted_where_nothing_happens() -> None:
    """A cluster at rest costs one look at the heads, and no call to Slack."""
    stage = Stage()
    stage.run(30)
    assert stage.slack.calls == {}
