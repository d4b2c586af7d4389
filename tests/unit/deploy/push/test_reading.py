"""What a machine answered, as values: systemd's words first."""

import pytest

from deploy.push.observed import FoundUnit
from deploy.push.reading import TornAnswerError, read_answer

RUNS = ("LoadState=loaded", "ActiveState=active", "SubState=running", "UnitFileState=enabled")
LOOPS = ("LoadState=loaded", "ActiveState=activating", "SubState=auto-restart")
GONE = ("LoadState=not-found", "ActiveState=inactive", "SubState=dead")
MASKED = ("LoadState=masked", "ActiveState=active", "UnitFileState=masked", "InvocationID=1")


def answer(*blocks: tuple[str, ...]) -> str:
    rows = [f"show {line}" for block in blocks for line in (*block, "")]
    return "\n".join([*rows[:-1], "end"]) + "\n"


def test_units_in_the_order_asked() -> None:
    """One that starts again and again is failed, not about to be up; a masked one is not enabled."""
    text = answer(RUNS, LOOPS, GONE, MASKED)
    names = ("a.service", "b.service", "c.service", "d.service")
    assert read_answer("one", text, units=names).units == {
        "a.service": FoundUnit(enabled=True, active="active"),
        "b.service": FoundUnit(active="failed"),
        "c.service": FoundUnit(),
        "d.service": FoundUnit(active="active", run="1"),
    }


@pytest.mark.parametrize("text", ["", "show a=b\n", "sudo: a password is required\n"])
def test_an_answer_that_is_not_whole(text: str) -> None:
    """A torn answer is no machine without files: it is refused as a whole."""
    with pytest.raises(TornAnswerError):
        read_answer("one", text, units=())
