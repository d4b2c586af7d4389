"""A row of the bench holds its limit or does not, in seconds or as a ratio, and says so to scripts."""

from __future__ import annotations

import pytest

from deploy.lab.bench.result import Reaction, Result
from deploy.lab.bench.show import to_json


def result(*, ours: float, limit: float, beside: float | None = None) -> Result:
    one = Reaction(epoch=7, member="pg2", seconds=ours, shop=1.5, how="Slack hanging")
    return Result(name="reaction", ours=ours, limit=limit, beside=beside, reactions=(one,))


@pytest.mark.parametrize(
    ("ours", "limit", "beside", "held"),
    [
        (0.6, 0.6, None, True),
        (0.61, 0.6, None, False),
        (0.5, 1.25, 0.4, True),
        (0.51, 1.25, 0.4, False),
    ],
    ids=["seconds", "too-slow", "ratio", "too-high"],
)
def test_a_limit_is_held_or_not(
    ours: float, limit: float, beside: float | None, *, held: bool
) -> None:
    """Beside something else the ratio counts, alone the seconds do."""
    assert result(ours=ours, limit=limit, beside=beside).held is held


def test_the_row_for_scripts_is_exactly_this() -> None:
    """Names and values; what was not measured beside anything has no ratio."""
    [row] = to_json([result(ours=0.5, limit=1.25, beside=0.4)])["results"]
    assert row == {
        "name": "reaction",
        "ours": 0.5,
        "beside": 0.4,
        "ratio": 1.25,
        "limit": 1.25,
        "held": True,
        "reactions": (
            {"epoch": 7, "member": "pg2", "seconds": 0.5, "shop": 1.5, "how": "Slack hanging"},
        ),
    }
    [alone] = to_json([result(ours=0.5, limit=0.6)])["results"]
    assert (alone["beside"], alone["ratio"]) == (None, None)
