from dataclasses import replace

from jobs import names
from jobs.inventory import SCHEMA
from jobs.state import Pause, Settled
from tests.contract.ledger.desks import DIGEST, Desk, functions, walked
from tests.contract.ledger.values import CLUSTER, draft, given, incident, record

FLIGHT = "respond-1"


def _assigned(desk: Desk, **jobs: str) -> None:
    """Hosts given to jobs, each job taken from the queue."""
    assert desk.ledger.begin(CLUSTER, FLIGHT, lease=60)
    assign = {host: given(job) for host, job in jobs.items()}
    assert desk.ledger.save(CLUSTER, FLIGHT, assign=assign)
    while desk.take():
        pass


def test_what_a_round_decided_is_kept(desk: Desk) -> None:
    """Entries, incident and assignments in one step; one repoint for each job, hosts in order."""
    desk.ledger.begin(CLUSTER, FLIGHT, lease=60)
    assign = {"b": given("j1"), "a": given("j1"), "ü c": given("j2")}
    assert desk.ledger.save(
        CLUSTER, FLIGHT, drafts=[draft("d")], incident=incident(), assign=assign
    )
    state = desk.ledger.state(CLUSTER)
    assert state.incident == incident()
    assert {host: one.job for host, one in state.assignments.items()} == {
        "a": "j1",
        "b": "j1",
        "ü c": "j2",
    }
    assert all(one.beat <= state.now and not one.started for one in state.assignments.values())
    common = {"cluster": CLUSTER, "inventory": DIGEST, "schema": SCHEMA}
    assert desk.waiting() == [
        (names.REPOINT, {**common, "job": "j1", "hosts": ["b", "a"]}),
        (names.REPOINT, {**common, "job": "j2", "hosts": ["ü c"]}),
    ]
    assert walked(desk, CLUSTER).entries == 1


def test_a_beat_is_a_time_of_redis(desk: Desk) -> None:
    """Assignments begin with the instant they were made, not with what a worker's clock said."""
    _assigned(desk, a="j1")
    state = desk.ledger.state(CLUSTER)
    assert 0 <= state.now - state.assignments["a"].beat < 30


def test_a_job_is_handed_out_once(desk: Desk) -> None:
    """A save repeated after its jobs were done neither assigns nor enqueues them again."""
    _assigned(desk, a="j1")
    desk.ledger.report(CLUSTER, "j1", {"a": record()}, [])
    desk.take()
    assert desk.ledger.save(CLUSTER, FLIGHT, assign={"a": given("j1")})
    assert desk.waiting() == []
    assert desk.ledger.state(CLUSTER).assignments == {}


def test_an_incident_ends_with_what_was_settled(desk: Desk) -> None:
    """The incident goes, the settled leadership stays, until the next one."""
    desk.ledger.begin(CLUSTER, FLIGHT, lease=60)
    desk.ledger.save(CLUSTER, FLIGHT, incident=incident())
    desk.ledger.save(CLUSTER, FLIGHT, drafts=[draft("d")])
    assert desk.ledger.state(CLUSTER).incident == incident()
    assert desk.ledger.save(CLUSTER, FLIGHT, settled=Settled(verified=2.5, number=4))
    state = desk.ledger.state(CLUSTER)
    assert (state.incident, state.settled) == (None, Settled(verified=2.5, number=4))


def test_one_conclude_waits_at_a_time(desk: Desk) -> None:
    """Asking twice is asking once; when it was taken, a new one may be asked for."""
    desk.ledger.begin(CLUSTER, FLIGHT, lease=60)
    assert desk.ledger.save(CLUSTER, FLIGHT, conclude=True)
    assert desk.ledger.save(CLUSTER, FLIGHT, conclude=True)
    ((function, arguments),) = desk.waiting()
    assert function == names.CONCLUDE
    assert set(arguments) == {"cluster", "flight", "inventory", "schema"}
    desk.take()
    assert desk.ledger.save(CLUSTER, FLIGHT, conclude=True)
    assert functions(desk) == [names.CONCLUDE]


def test_whoever_closes_the_last_assignment_asks_for_the_conclusion(desk: Desk) -> None:
    """Two jobs, three hosts: one conclude, with the last report, and none for a repeated one."""
    _assigned(desk, a="j1", b="j1", c="j2")
    desk.ledger.report(CLUSTER, "j1", {"a": record()}, [draft("a")])
    desk.ledger.report(CLUSTER, "j2", {"c": record()}, [draft("c")])
    assert desk.waiting() == []
    desk.ledger.report(CLUSTER, "j1", {"b": record()}, [draft("b")])
    assert functions(desk) == [names.CONCLUDE]
    desk.take()
    desk.ledger.report(CLUSTER, "j1", {"b": record()}, [draft("b")])
    assert desk.waiting() == []
    assert walked(desk, CLUSTER).entries == 3


def test_an_older_result_never_overwrites(desk: Desk) -> None:
    """Epoch first, then attempt; the same pair may be told again, its entries stand either way."""
    steps = [(7, 2, "x", "x"), (7, 1, "old", "x"), (6, 9, "older", "x"), (7, 2, "same", "same")]
    for epoch, attempt, outcome, held in steps:
        told = record(epoch=epoch, attempt=attempt, outcome=outcome)
        desk.ledger.report(CLUSTER, "j", {"a": told}, [draft(outcome)])
        assert desk.ledger.state(CLUSTER).hosts["a"].outcome == held
    desk.ledger.report(CLUSTER, "j", {"a": record(epoch=8, outcome="newer")}, [])
    assert desk.ledger.state(CLUSTER).hosts["a"] == record(epoch=8, outcome="newer")
    assert walked(desk, CLUSTER).entries == 4


def test_a_late_job_does_not_close_its_heirs_assignment(desk: Desk) -> None:
    """A host taken over belongs to the heir, whatever the dead job still reports or beats."""
    _assigned(desk, a="j1")
    desk.ledger.save(CLUSTER, FLIGHT, assign={"a": given("j2", attempt=2)})
    desk.take()
    desk.ledger.report(CLUSTER, "j1", {"a": record()}, [])
    desk.ledger.beat(CLUSTER, "j1", ["a"])
    assert desk.waiting() == []
    held = desk.ledger.state(CLUSTER).assignments["a"]
    assert (held.job, held.attempt, held.started) == ("j2", 2, False)


def test_a_beat_is_a_sign_of_life(desk: Desk) -> None:
    """It marks the job as started and moves its instant; unknown hosts are nothing."""
    _assigned(desk, a="j1", b="j1")
    before = desk.ledger.state(CLUSTER).assignments
    desk.wait(0.05)
    desk.ledger.beat(CLUSTER, "j1", ["a", "nobody"])
    after = desk.ledger.state(CLUSTER).assignments
    assert after["a"].started
    assert after["a"].beat > before["a"].beat
    assert after["b"] == before["b"]
    assert set(after) == {"a", "b"}


def test_what_is_forgotten_may_be_told_anew(desk: Desk) -> None:
    """A dropped host's next record counts, even one of a lower epoch."""
    desk.ledger.report(CLUSTER, "j", {"a": record(epoch=9), "b": record()}, [])
    desk.ledger.forget(CLUSTER, ["a", "nobody"], [draft("lifted")])
    assert set(desk.ledger.state(CLUSTER).hosts) == {"b"}
    desk.ledger.report(CLUSTER, "j", {"a": record(epoch=1)}, [])
    assert desk.ledger.state(CLUSTER).hosts["a"].epoch == 1
    assert walked(desk, CLUSTER).entries == 1


def test_a_hold_is_set_and_lifted(desk: Desk) -> None:
    """Both on the record."""
    held = Pause(why="upgrade", until=desk.ledger.state(CLUSTER).now + 60, by="dba")
    desk.ledger.pause(CLUSTER, held, [draft("paused")])
    assert desk.ledger.state(CLUSTER).pause == held
    assert desk.ledger.state(CLUSTER).paused()
    desk.ledger.pause(CLUSTER, None, [draft("resumed")])
    assert desk.ledger.state(CLUSTER).pause is None
    assert walked(desk, CLUSTER).entries == 2


def test_a_waiting_crowd_is_the_jobs_in_the_queue(desk: Desk) -> None:
    """Those still to be taken, and no others."""
    desk.ledger.begin(CLUSTER, FLIGHT, lease=60)
    desk.ledger.save(CLUSTER, FLIGHT, assign={"a": given("j1"), "b": given("j2")})
    assert desk.ledger.waiting(["j1", "j2", "j3"]) == {"j1", "j2"}
    desk.take()
    assert desk.ledger.waiting(["j1", "j2", "j3"]) == {"j2"}
    assert desk.ledger.waiting([]) == frozenset()


def test_many_clusters_are_remembered_each_for_itself(desk: Desk) -> None:
    """More than one question holds; who was never heard of is empty, as when asked for alone."""
    crowd = [f"c{number}" for number in range(250)]
    for name in ("c0", "c249"):
        assert desk.ledger.begin(name, f"respond-{name}", lease=60)
        desk.ledger.save(name, f"respond-{name}", incident=incident(), assign={name: given("j1")})
    states = desk.ledger.states(crowd)
    assert list(states) == crowd
    assert [n for n, s in states.items() if s.incident is not None] == ["c0", "c249"]
    assert (states["c249"].flight, list(states["c249"].assignments)) == ("respond-c249", ["c249"])
    for name in ("c1", "c249"):
        assert replace(states[name], now=0) == replace(desk.ledger.state(name), now=0)
    assert desk.ledger.states([]) == {}


def test_a_state_tells_the_respond_that_was_asked_for(desk: Desk) -> None:
    """From its asking until it begins, whether it waits or is on its way."""
    assert desk.ledger.state(CLUSTER).asked is None
    desk.ledger.call(CLUSTER)
    asked = desk.ledger.state(CLUSTER).asked
    assert asked is not None
    assert desk.ledger.waiting([asked]) == {asked}
    call = desk.take()
    assert call is not None
    assert call[1]["flight"] == asked == desk.ledger.state(CLUSTER).asked
    assert desk.ledger.begin(CLUSTER, asked, lease=30)
    assert desk.ledger.state(CLUSTER).asked is None


def test_a_job_lost_on_its_way_is_not_waited_for(desk: Desk) -> None:
    """A worker died between taking and starting: for five seconds it may still come, then not."""
    desk.ledger.begin(CLUSTER, FLIGHT, lease=60)
    desk.ledger.save(CLUSTER, FLIGHT, assign={"a": given("j1")}, conclude=True)
    desk.lose()
    desk.lose()
    assert desk.ledger.waiting(["j1"]) == {"j1"}
    desk.ledger.save(CLUSTER, FLIGHT, conclude=True)
    assert desk.waiting() == []
    desk.wait(5.1)
    assert desk.ledger.waiting(["j1"]) == frozenset()
    desk.ledger.save(CLUSTER, FLIGHT, conclude=True)
    assert functions(desk) == [names.CONCLUDE]


def test_one_of_two_holds_a_lease(desk: Desk) -> None:
    """It is renewed by its holder, and free once nobody renewed it."""
    assert desk.ledger.lease("clock", "first", seconds=60)
    assert not desk.ledger.lease("clock", "second", seconds=60)
    assert desk.ledger.lease("watch", "second", seconds=60)
    assert desk.ledger.lease("clock", "first", seconds=1)
    assert desk.ledger.lease("clock", "first", seconds=60)
    desk.wait(1.1)  # without its renewal it had run out by now
    assert not desk.ledger.lease("clock", "second", seconds=60)
    assert desk.ledger.lease("clock", "first", seconds=1)
    desk.wait(1.1)
    assert desk.ledger.lease("clock", "second", seconds=60)


def test_a_lease_is_given_back_by_its_holder_alone(desk: Desk) -> None:
    """0 seconds end it at once; somebody else's stays."""
    assert desk.ledger.lease("balancer", "one", seconds=30)
    assert not desk.ledger.lease("balancer", "two", seconds=0)
    assert desk.ledger.lease("balancer", "one", seconds=0)
    assert desk.ledger.lease("balancer", "two", seconds=30)
