from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from jobs.picture.axis import axis_of
from jobs.picture.parts import NARROW, WIDE, Shape

INSTANTS = st.lists(st.floats(0, 1e6), min_size=1, max_size=30)


@given(
    instants=INSTANTS,
    ends=st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)),
    shape=st.sampled_from([WIDE, NARROW]),
)
def test_later_is_never_further_left(
    instants: list[float], ends: tuple[float, float], shape: Shape
) -> None:
    """However time is folded, it runs from the left edge to the right one and never back."""
    axis = axis_of(instants, focus=(min(ends), max(ends)), shape=shape)
    places = [axis.x(at) for at in sorted(instants)]
    assert all(a <= b + 1e-6 for a, b in pairwise(places))
    assert all(shape.left - 1e-6 <= x <= shape.right + 1e-6 for x in places)
    assert axis.pieces[-1].right <= shape.right + 1e-6
    assert all(a.right == b.left and a.ended == b.begun for a, b in pairwise(axis.pieces))


@given(instants=INSTANTS)
def test_ticks_are_few_and_round(instants: list[float]) -> None:
    """Ticks follow one another, on the paper, and are about as far apart as was asked for."""
    axis = axis_of(instants, focus=(0, 10), shape=WIDE)
    ticks = list(axis.steps(zero=min(instants), spacing=WIDE.spacing))
    assert len(ticks) <= (WIDE.right - WIDE.left) / WIDE.spacing + 2 * len(axis.pieces)
    assert [x for x, _ in ticks] == sorted(x for x, _ in ticks)


def test_a_short_incident_is_drawn_to_scale() -> None:
    """Half of the time is half of the way, where nothing is quiet for long."""
    axis = axis_of([0, 2, 10, 40], focus=(0, 20), shape=WIDE)
    assert axis.x(20) == (WIDE.left + WIDE.right) / 2


def test_silence_is_left_out() -> None:
    """Hours in which nothing happened take a few units; the seconds on both sides keep their place."""
    axis = axis_of([0, 5, 20, 25_000, 25_010], focus=(0, 20), shape=WIDE)
    quiet = [p for p in axis.pieces if p.quiet]
    assert len(quiet) == 1
    assert quiet[0].ended - quiet[0].begun > 24_000
    assert axis.x(20) - axis.x(0) > 0.4 * (WIDE.right - WIDE.left)


def test_a_wait_for_a_lease_is_never_left_out() -> None:
    """A minute without a leader is an outage, and looks as long as it is."""
    axis = axis_of([0, 1, 61, 62], focus=(0, 62), shape=WIDE)
    assert not any(p.quiet for p in axis.pieces)
