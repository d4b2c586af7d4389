"""Fences compare componentwise: neither part may go back, whatever the other one does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.fence import Fence, Standing, parse_fence

HELD = Fence(system="7", pg_timeline=5, epoch=50)
fences = st.builds(
    Fence,
    system=st.sampled_from(["7", "8"]),
    pg_timeline=st.integers(0, 9),
    epoch=st.integers(0, 99),
)


@pytest.mark.parametrize(
    ("pg_timeline", "epoch", "standing"),
    [
        (5, 50, Standing.SAME),
        (5, 51, Standing.HIGHER),
        (6, 50, Standing.HIGHER),
        (6, 51, Standing.HIGHER),
        (4, 51, Standing.LOWER),
        (6, 49, Standing.LOWER),
        (4, 49, Standing.LOWER),
    ],
)
def test_either_part_lower_is_lower(pg_timeline: int, epoch: int, standing: Standing) -> None:
    """A higher epoch does not make up for a lower timeline, nor the other way round."""
    offered = Fence(system="7", pg_timeline=pg_timeline, epoch=epoch)
    assert offered.stands_against(HELD) is standing


def test_another_system_is_never_comparable() -> None:
    """Another system identifier is neither lower nor higher; nothing held is a first fence."""
    assert Fence(system="8", pg_timeline=9, epoch=99).stands_against(HELD) is Standing.OTHER_SYSTEM
    assert HELD.stands_against(None) is Standing.FIRST


@given(fences, fences, fences)
def test_what_a_host_accepts_never_goes_back(a: Fence, b: Fence, c: Fence) -> None:
    """Whatever order offers come in, the accepted ones never lower a component."""
    held = a
    for offered in (b, c, a):
        if offered.stands_against(held) in {Standing.SAME, Standing.HIGHER}:
            assert offered.epoch >= held.epoch
            assert offered.pg_timeline >= held.pg_timeline
            held = offered


@given(fences)
def test_fence_survives_its_text(fence: Fence) -> None:
    """What str() writes, parse_fence reads."""
    assert parse_fence(str(fence)) == fence


@pytest.mark.parametrize("text", ["", "7/1", "7/x/1", "/1/1", "7/1/1/1", "7/-1/1"])
def test_text_that_is_no_fence_is_none(text: str) -> None:
    """A torn journal line reads as no fence at all."""
    assert parse_fence(text) is None
