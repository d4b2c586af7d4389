"""Any story at all, for the laws of the picture: names that want to be markup, times in no order, crowds."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from jobs.fence import Fence
from jobs.story import Attempt, Said, Story, TargetStory, Times, VerdictSaid
from tests.tale import START

WILD = st.one_of(
    st.sampled_from(
        ["pg1", "pg2", "<script>", "a\x00b", "| `x` |", "\u202eevil", "名" * 40, "", "\"&'"]
    ),
    st.text(max_size=40),
)
MOMENTS = st.one_of(
    st.floats(min_value=0, max_value=40),
    st.floats(min_value=0, max_value=10 * 86_400),
    st.sampled_from([0.0, 0.001, 1.0, 25_200.0]),
).map(lambda seconds: START + seconds)
NOW = st.floats(min_value=0, max_value=20 * 86_400).map(lambda seconds: START + seconds)


@st.composite
def _attempts(draw: st.DrawFn) -> Attempt:
    begun, ended = sorted((draw(MOMENTS), draw(MOMENTS)))
    return Attempt(
        seq=draw(st.integers(1, 999)),
        begun=begun,
        ended=ended,
        outcome=draw(WILD),
        holds=draw(st.booleans()),
        text=draw(WILD),
    )


@st.composite
def _targets(draw: st.DrawFn) -> TargetStory:
    name: Any = draw(WILD)
    bars = tuple(draw(st.lists(_attempts(), max_size=6)))
    return TargetStory(
        target=name,
        told=name,
        kind=draw(st.sampled_from(["host", "nodebalancer", "dns"])),
        outcome=draw(WILD),
        holds=draw(st.booleans()),
        planned=draw(st.none() | MOMENTS),
        at=draw(st.none() | MOMENTS),
        seconds=draw(st.none() | st.floats(0, 1000)),
        reason=draw(WILD),
        restarted=tuple(draw(st.lists(WILD, max_size=2))),
        attempts=len(bars),
        failures=sum(not b.holds for b in bars),
        bars=bars,
    )


@st.composite
def _verdicts(draw: st.DrawFn) -> VerdictSaid:
    kinds = ["confirmed", "not-yet", "contradicted", "unknown", "standby"]
    return VerdictSaid(
        seq=1,
        at=draw(MOMENTS),
        verdict=draw(st.sampled_from(kinds)),
        reason=draw(WILD),
        member=draw(st.none() | WILD),
    )


_SAID = st.builds(Said, seq=st.integers(1, 999), at=MOMENTS, text=WILD, by=st.none() | WILD)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """A story whose parts need not make sense together."""
    over = draw(st.booleans())
    maybe = st.none() | MOMENTS
    opened = draw(MOMENTS)
    times = Times(
        opened=opened,
        detected=min(opened, draw(MOMENTS)),
        leader_lost=draw(maybe),
        elected=draw(maybe),
        verified=draw(maybe),
        first_host=draw(maybe),
        last_host=draw(maybe),
        writes_resumed=draw(maybe),
        concluded=draw(MOMENTS) if over else None,
    )
    return Story(
        id="shop-7",
        cluster="shop",
        state="concluded" if over else "open",
        verdict="confirmed",
        reason="",
        times=times,
        first=1,
        last=20,
        before=draw(st.none() | WILD),
        member=draw(st.none() | WILD),
        fence=Fence(system="1", pg_timeline=1, epoch=1),
        targets=tuple(draw(st.lists(_targets(), max_size=12))) * draw(st.sampled_from([1, 1, 5])),
        verdicts=tuple(draw(st.lists(_verdicts(), max_size=5))) * draw(st.sampled_from([1, 1, 30])),
        holders=tuple(draw(st.lists(st.tuples(MOMENTS, st.none() | WILD), max_size=5))),
        alarms=tuple(draw(st.lists(_SAID, max_size=3))) * draw(st.sampled_from([1, 40])),
        acks=tuple(draw(st.lists(_SAID, max_size=3))),
    )
