from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jobs.alert import STALE, Alert, Status, batch_of
from tests.unit.jobs.alert.stage import alert

LATER = STALE + 1
T, U, A, R = Status.TRIGGERED, Status.UPDATED, Status.ACKNOWLEDGED, Status.RESOLVED


def told(*waiting: Alert, known: tuple[str, ...] = (), now: float = LATER) -> list[tuple[str, str]]:
    batch = batch_of(waiting, open_keys=known, now=now)
    return [(str(a.status), a.key) for a in batch.alerts]


def test_fresh_alerts_go_out_one_by_one() -> None:
    """A failover of a second is told from its beginning to its end."""
    waiting = (alert(1), alert(2, U), alert(3, A), alert(4, R))
    batch = batch_of(waiting, open_keys=(), now=STALE - 1)
    assert batch.alerts == waiting
    assert not batch.whole


def test_what_ends_without_a_beginning_is_not_told() -> None:
    """A balancer that follows in every failover resolves nothing that nobody was told of."""
    assert told(alert(1, R, "shop:nodebalancer:front"), alert(2, U), now=0) == []
    assert told(alert(1, R), known=("shop-1",), now=0) == [("resolved", "shop-1")]


def test_an_open_incident_is_told_as_it_stands() -> None:
    """Of a backlog: one alert with the newest words and the worst severity, and who has seen it."""
    waiting = (alert(1, severity="critical"), alert(2, A), alert(3, U), alert(4))
    batch = batch_of(waiting, open_keys=(), now=LATER)
    newest, seen = batch.alerts
    assert (newest.status, newest.summary, newest.severity) == (T, "entry 4", "critical")
    assert (seen.status, seen.seq) == (A, 2)
    assert batch.whole


def test_what_was_concluded_meanwhile_is_one_resolved() -> None:
    """For an incident that the tool knows, for one that it never heard of, and one for many of those."""
    known = told(alert(1, U), alert(2, R), known=("shop-1",))
    assert known == [("resolved", "shop-1")]
    assert told(alert(1), alert(2), alert(3, R)) == [("resolved", "shop-1")]
    flood = [
        a
        for n in range(1, 41)
        for a in (alert(2 * n, T, f"shop-{n}"), alert(2 * n + 1, R, f"shop-{n}"))
    ]
    [digest] = batch_of(flood, open_keys=(), now=LATER).alerts
    assert digest.summary.startswith("40 came and went")
    assert digest.summary.endswith("shop-9, shop-10 and 30 more")
    assert digest.key == "shop:missed:3"


def test_what_came_back_is_open() -> None:
    """Resolved and triggered anew within a backlog: only the new beginning is told."""
    assert told(alert(1), alert(2, R), alert(3)) == [("triggered", "shop-1")]


@given(
    st.lists(st.tuples(st.sampled_from(tuple(Status)), st.sampled_from("abc")), max_size=30),
    st.sets(st.sampled_from("abc")),
)
def test_a_backlog_ends_where_one_by_one_would_have_ended(
    steps: list[tuple[Status, str]], known: set[str]
) -> None:
    """Whatever waits: after the digest the same keys are open as after every single alert."""
    waiting = [alert(n, status, key) for n, (status, key) in enumerate(steps, 1)]

    def still_open(alerts: tuple[Alert, ...]) -> set[str]:
        keys = set(known)
        for one in alerts:
            keys = keys - {one.key} if one.status is R else keys | {one.key}
        return keys & set("abc")

    fresh = batch_of(waiting, open_keys=known, now=0).alerts
    stale = batch_of(waiting, open_keys=known, now=LATER).alerts
    assert still_open(stale) == still_open(fresh)
    assert len(stale) <= max(len(fresh), 1)
