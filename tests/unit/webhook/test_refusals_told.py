import threading

import pytest

from jobs.names import INTAKE
from tests.unit.webhook.ear import NOW, Ear, pair
from webhook.aside import OneThread


def test_forged_events_make_one_entry_a_minute(ear: Ear) -> None:
    """Five hundred forgeries are counted one by one and told once, on no cluster's trail."""
    stranger = pair().private
    for _ in range(500):
        ear.tell(key=stranger)
    assert ear.counter("pgbaton_refusals_total", reason="bad-signature", sender="") == 500
    [fact] = ear.heard(INTAKE)
    assert fact["id"] == f"refused:bad-signature:{int(NOW // 60)}"
    assert fact["evidence"]["reason"] == "bad-signature"
    assert fact["evidence"]["count"] == 1
    assert ear.heard() == []


def test_the_next_minutes_entry_counts_what_was_silent(ear: Ear) -> None:
    """What an earlier minute did not tell one by one stands in the next entry's count."""
    for _ in range(5):
        ear.tell(key=pair().private)
    ear.now += 60
    ear.tell(key=pair().private)
    assert [fact["evidence"]["count"] for fact in ear.heard(INTAKE)] == [1, 5]


def test_each_reason_has_its_own_entry(ear: Ear) -> None:
    """One noisy reason does not hide another."""
    ear.tell(key=pair().private)
    ear.tell(headers={"webhook-id": None})
    assert [f["evidence"]["reason"] for f in ear.heard(INTAKE)] == ["bad-signature", "unsigned"]


def test_a_verified_sender_is_told_on_its_clusters_trail(ear: Ear) -> None:
    """A sender that proved itself appears by name where its cluster's readers look."""
    ear.tell(at=NOW - 4000)
    [fact] = ear.heard("orders")
    assert fact["kind"] == "refused"
    assert fact["evidence"]["sender"] == "db1"
    assert ear.counter("pgbaton_refusals_total", reason="stale-timestamp", sender="db1") == 1


def test_nobody_writes_on_anothers_trail(ear: Ear) -> None:
    """Speaking of another's cluster leaves no entry there."""
    ear.tell(subject="billing")
    assert ear.heard("billing") == []
    assert ear.heard(INTAKE)[0]["evidence"]["sender"] == "db1"


def test_a_refusal_does_not_wait_for_redis(ear: Ear) -> None:
    """With Redis down the answer is the same, and the entry is given up quietly."""
    ear.ledger.break_down()
    assert ear.tell(key=pair().private).status_code == 401
    ear.ledger.recover()
    assert ear.heard(INTAKE) == []


def test_work_aside_runs_in_order_on_its_own_thread() -> None:
    """Pieces run one after the other, and one that fails does not end the thread."""
    done: list[int] = []

    def fail() -> None:
        raise ZeroDivisionError

    aside, last = OneThread(), threading.Event()
    assert aside(lambda: done.append(1))
    assert aside(fail)
    assert aside(lambda: done.append(2))
    assert aside(last.set)
    assert last.wait(5)
    assert done == [1, 2]


def test_too_much_work_aside_is_dropped() -> None:
    """Behind a Redis that hangs only so much may wait."""
    hang, begun = threading.Event(), threading.Event()
    aside = OneThread(limit=2)

    def stuck() -> None:
        begun.set()
        hang.wait(5)

    aside(stuck)
    assert begun.wait(5)
    assert [aside(lambda: None) for _ in range(4)] == [True, True, False, False]
    hang.set()


@pytest.mark.parametrize("path", ["/", "/events"])
def test_what_never_was_an_event_is_not_told(ear: Ear, path: str) -> None:
    """Somebody who scans addresses fills no trail."""
    ear.client.get(path)
    assert ear.heard(INTAKE) == []
