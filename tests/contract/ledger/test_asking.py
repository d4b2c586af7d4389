from jobs import names
from jobs.inventory import SCHEMA
from tests.contract.ledger.desks import DIGEST, Desk, functions, walked
from tests.contract.ledger.values import CLUSTER, ODD, draft, event


def _begun(desk: Desk, *, lease: float = 30.0) -> str:
    """A respond was asked for, taken and begun: its flight."""
    desk.ledger.call(CLUSTER)
    call = desk.take()
    assert call is not None
    flight = str(call[1]["flight"])
    assert desk.ledger.begin(CLUSTER, flight, lease=lease)
    return flight


def test_an_event_is_recorded_and_enqueued(desk: Desk) -> None:
    """One entry, one respond, with all that it needs to know."""
    assert desk.ledger.hear(event("e1", ODD), draft("e1"))
    ((function, arguments),) = desk.waiting()
    flight = arguments.pop("flight")
    assert function == names.RESPOND
    assert arguments == {"cluster": ODD, "inventory": DIGEST, "schema": SCHEMA}
    assert str(flight).startswith("respond-")
    assert walked(desk, ODD).entries == 1


def test_an_event_heard_before_asks_for_nothing(desk: Desk) -> None:
    """The same id again is no news, even after its respond has run."""
    assert desk.ledger.hear(event("e1"), draft("e1"))
    assert not desk.ledger.hear(event("e1"), draft("e1"))
    assert functions(desk) == [names.RESPOND]
    assert desk.take()
    assert not desk.ledger.hear(event("e1"), draft("e1"))
    assert desk.waiting() == []
    assert walked(desk, CLUSTER).entries == 1


def test_one_respond_waits_at_a_time(desk: Desk) -> None:
    """Ten events before a worker comes are ten entries and one job; another cluster has its own."""
    for number in range(10):
        assert desk.ledger.hear(event(f"e{number}"), draft(f"e{number}"))
    desk.ledger.call("other")
    assert [arguments["cluster"] for _, arguments in desk.waiting()] == [CLUSTER, "other"]
    assert walked(desk, CLUSTER).entries == 10


def test_an_event_during_a_flight_sends_it_round_again(desk: Desk) -> None:
    """While one runs, nothing is enqueued: the running one goes round once more, then lands."""
    flight = _begun(desk)
    assert desk.ledger.hear(event("e1"), draft("e1"))
    desk.ledger.call(CLUSTER)
    assert desk.waiting() == []
    assert desk.ledger.again(CLUSTER, flight, lease=30)
    assert not desk.ledger.again(CLUSTER, flight, lease=30)
    desk.ledger.call(CLUSTER)
    assert functions(desk) == [names.RESPOND]


def test_a_flight_keeps_others_away(desk: Desk) -> None:
    """A second flight does not begin, and its coming is not forgotten."""
    flight = _begun(desk)
    assert not desk.ledger.begin(CLUSTER, "other", lease=30)
    assert desk.ledger.begin(CLUSTER, flight, lease=30)
    assert desk.ledger.state(CLUSTER).flight == flight
    assert desk.ledger.again(CLUSTER, flight, lease=30)
    assert not desk.ledger.again(CLUSTER, flight, lease=30)
    assert desk.ledger.state(CLUSTER).flight is None
    assert desk.ledger.begin(CLUSTER, "other", lease=30)


def test_a_flight_that_died_is_taken_over(desk: Desk) -> None:
    """After its lease another may begin; the dead one, come back, can neither save nor repeat."""
    dead = _begun(desk, lease=0.2)
    desk.wait(0.25)
    assert desk.ledger.state(CLUSTER).flight is None
    desk.ledger.call(CLUSTER)
    assert functions(desk) == [names.RESPOND]
    assert desk.ledger.begin(CLUSTER, "heir", lease=30)
    assert not desk.ledger.save(CLUSTER, dead, drafts=[draft("late")])
    assert not desk.ledger.again(CLUSTER, dead, lease=30)
    assert desk.ledger.state(CLUSTER).flight == "heir"
    assert walked(desk, CLUSTER).entries == 0


def test_a_slow_flight_that_nobody_took_is_still_its_own(desk: Desk) -> None:
    """A lease that ran out without an heir loses no mark and no result."""
    slow = _begun(desk)
    desk.ledger.call(CLUSTER)
    assert desk.ledger.begin(CLUSTER, slow, lease=0.1)
    desk.wait(0.15)
    assert desk.ledger.state(CLUSTER).flight is None
    assert desk.ledger.save(CLUSTER, slow, drafts=[draft("late")])
    assert desk.ledger.again(CLUSTER, slow, lease=30)
    assert desk.ledger.state(CLUSTER).flight == slow


def test_a_new_flight_starts_without_an_old_mark(desk: Desk) -> None:
    """What a dead flight was asked is answered by the next one's first look, not by a second."""
    _begun(desk, lease=0.2)
    desk.ledger.call(CLUSTER)
    desk.wait(0.25)
    assert desk.ledger.begin(CLUSTER, "heir", lease=30)
    assert not desk.ledger.again(CLUSTER, "heir", lease=30)


def test_a_respond_on_its_way_counts_as_waiting(desk: Desk) -> None:
    """Between queue and beginning, a job still answers for those who ask now."""
    desk.ledger.call(CLUSTER)
    assert desk.take()
    desk.ledger.call(CLUSTER)
    assert desk.waiting() == []


def test_a_respond_lost_on_its_way_blocks_for_five_seconds_only(desk: Desk) -> None:
    """A worker that died between taking and starting is not waited for, whenever the next one asks."""
    assert desk.ledger.call(CLUSTER)
    desk.lose()
    desk.wait(5.1)
    assert desk.ledger.call(CLUSTER)
    assert functions(desk) == [names.RESPOND]


def test_who_asks_learns_whether_that_set_something_going(desk: Desk) -> None:
    """A respond that is enqueued or goes round again does; one that waits or is on its way may be lost."""
    assert desk.ledger.call(CLUSTER)
    assert not desk.ledger.call(CLUSTER)
    call = desk.take()
    assert call is not None
    assert not desk.ledger.call(CLUSTER)
    assert desk.ledger.begin(CLUSTER, str(call[1]["flight"]), lease=30)
    assert desk.ledger.call(CLUSTER)


def test_a_respond_pushed_back_waits_again(desk: Desk) -> None:
    """A worker with another inventory puts it back: same arguments, a flight of its own, once."""
    desk.ledger.call(CLUSTER)
    call = desk.take()
    assert call is not None
    arguments = {**call[1], "inventory": "another"}
    desk.ledger.requeue(names.RESPOND, arguments)
    desk.ledger.requeue(names.RESPOND, arguments)
    ((_, again),) = desk.waiting()
    assert again["inventory"] == "another"
    assert again["flight"] != arguments["flight"]


def test_a_repoint_pushed_back_keeps_its_job(desk: Desk) -> None:
    """Its assignments name it, so it stays findable under the same id."""
    arguments = {"cluster": CLUSTER, "job": "repoint-1", "hosts": ["a"], "inventory": "another"}
    desk.ledger.requeue(names.REPOINT, arguments)
    assert desk.waiting() == [(names.REPOINT, arguments)]
    assert desk.ledger.waiting(["repoint-1"]) == {"repoint-1"}


def test_other_jobs_may_be_put_into_the_queue(desk: Desk) -> None:
    """A reconcile has neither flight nor job."""
    desk.ledger.requeue(names.RECONCILE, {"cluster": CLUSTER})
    assert desk.waiting() == [(names.RECONCILE, {"cluster": CLUSTER})]


def test_an_event_is_never_lost_between_queue_and_flight(desk: Desk) -> None:
    """Whether a respond waits, is on its way, runs, or has landed: what is told is answered by one that
    looks afterwards, though nothing is enqueued where that one comes anyway."""
    assert desk.ledger.hear(event("waits"), draft("waits"))
    assert desk.ledger.hear(event("still waits"), draft("still waits"))
    call = desk.take()
    assert call is not None
    assert desk.ledger.hear(event("on its way"), draft("on its way"))
    flight = str(call[1]["flight"])
    assert desk.ledger.begin(CLUSTER, flight, lease=30)
    assert desk.ledger.hear(event("in flight"), draft("in flight"))
    assert desk.waiting() == []
    assert desk.ledger.again(CLUSTER, flight, lease=30)
    assert not desk.ledger.again(CLUSTER, flight, lease=30)
    assert desk.ledger.hear(event("landed"), draft("landed"))
    assert functions(desk) == [names.RESPOND]
    assert walked(desk, CLUSTER).entries == 5
