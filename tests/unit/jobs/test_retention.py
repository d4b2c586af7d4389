"""How much of a trail may go: never a part of an incident, never the newest conclusion."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jobs.audit import GENESIS, Draft, Entry, Kind, Span, link
from jobs.audit.retention import JUST_BEFORE, cut

SECOND = 1_000_000


def made(*rows: tuple[int, Kind, str | None]) -> tuple[list[Entry], list[Span]]:
    """Entries from (second, kind, incident), and where the incidents stand."""
    entries: list[Entry] = []
    spans: dict[str, Span] = {}
    for seq, (second, kind, incident) in enumerate(rows, start=1):
        prev, at = (entries[-1].hash if entries else GENESIS), second * SECOND
        body = Draft(id=str(seq), kind=kind, incident=incident).body()
        fresh = link(prev=prev, seq=seq, at=at, body=body)
        entries.append(Entry(seq=seq, at=at, body=body, prev=prev, hash=fresh))
        if incident is not None:
            first = spans[incident].first if incident in spans else seq
            spans[incident] = Span(incident=incident, first=first, last=seq)
    return entries, list(spans.values())


TWO = (
    (10, Kind.EVENT, None),
    (11, Kind.OPENED, "shop-1"),
    (12, Kind.CONCLUDED, "shop-1"),
    (50, Kind.DRIFT, None),
    (99, Kind.EVENT, None),
    (100, Kind.OPENED, "shop-2"),
    (130, Kind.CONCLUDED, "shop-2"),
    (500, Kind.DRIFT, None),
)


def test_age_decides_where_nothing_else_does() -> None:
    """Of two incidents the first is old enough, and a drift after it."""
    entries, spans = made(*TWO)
    assert cut(entries, spans, before=60 * SECOND) == 4
    assert cut(entries, spans, before=12 * SECOND) is None
    assert cut(entries, spans, before=13 * SECOND) == 3
    assert cut([], [], before=13 * SECOND) is None


def test_the_newest_conclusion_stays_and_its_incident_with_it() -> None:
    """However old everything is, the last story can be told, with the event that began it."""
    entries, spans = made(*TWO)
    assert cut(entries, spans, before=10_000 * SECOND) == 4


def test_an_open_incident_stays() -> None:
    """An incident that is silent for a year is not over."""
    entries, spans = made(
        *TWO[:4],
        (60, Kind.OPENED, "shop-2"),
        (70, Kind.DRIFT, None),
        (900, Kind.CONCLUDED, "shop-3"),
    )
    assert cut(entries, spans, before=100 * SECOND, open_="shop-2") == 4
    assert cut(entries, spans, before=100 * SECOND) == 6


KINDS = st.sampled_from([Kind.EVENT, Kind.OPENED, Kind.HOST, Kind.CONCLUDED, Kind.DRIFT])
ROWS = st.lists(
    st.tuples(st.integers(0, 5), KINDS, st.sampled_from([None, "a", "b", "c"])), max_size=14
)


@given(rows=ROWS, before=st.integers(0, 60), open_=st.sampled_from([None, "a", "b"]))
def test_a_cut_never_harms(
    rows: list[tuple[int, Kind, str | None]], before: int, open_: str | None
) -> None:
    """Whatever the trail: all that goes is old, no incident is in part here and there, the open one and
    the newest conclusion stay, and so does what was heard right before an incident."""
    second, timed = 0, []
    for step, kind, incident in rows:
        second += step
        timed.append((second, kind, incident))
    entries, spans = made(*timed)
    through = cut(entries, spans, before=before * SECOND, open_=open_)
    if through is None:
        return
    at = {one.seq: one.at for one in entries}
    concluded = [e.seq for e in entries if e.facts["kind"] == Kind.CONCLUDED]
    assert at[through] < before * SECOND
    assert not concluded or through < concluded[-1]
    for span in spans:
        assert span.last <= through or span.first > through
        assert span.incident != open_ or span.first > through
        assert span.first <= through or at[through] < at[span.first] - JUST_BEFORE
