"""A NodeBalancer's data plane checks as one: on the port that carries traffic, by a real HAProxy."""

import time
from collections.abc import Callable

from tests.contract.linode.stage import Stage, within

Raise = Callable[..., Stage]


def test_only_those_who_pass_the_check_get_traffic(stage: Stage) -> None:
    """The leader alone answers 200, so that all clients reach it and its node alone is UP."""
    leader, replica = stage.backend("pg1"), stage.backend("pg2", status=503)
    stage.balance([leader, replica])
    within(25, lambda: stage.fares(pg1="UP", pg2="DOWN"))
    assert stage.reaches("pg1")


def test_the_check_goes_to_the_port_that_carries_traffic(stage: Stage) -> None:
    """A backend sees the check's path on the very port on which it sees clients."""
    leader = stage.backend("pg1")
    stage.balance([leader])
    within(25, lambda: stage.fares(pg1="UP"))
    assert stage.reached() == "pg1"
    assert set(leader.checked) == {"GET /primary HTTP/1.0"}


def test_a_node_is_unknown_until_it_was_checked(stage: Stage) -> None:
    """Right after creation, and for ever where nothing checks it."""
    stage.balance([stage.backend("pg1")], check="none")
    within(25, lambda: stage.reached() == "pg1")
    assert stage.fares(pg1="Unknown")


def test_the_leader_is_followed_within_the_documented_times(
    stage: Stage, measured: Callable[[str], None]
) -> None:
    """Down after as many checks as `attempts` says, up after as many as `rise` says, and none of them
    before its interval is over."""
    old, new = stage.backend("pg1"), stage.backend("pg2", status=503)
    stage.balance([old, new])
    within(25, lambda: stage.fares(pg1="UP", pg2="DOWN"))
    before, began = [len(one.checked) for one in (old, new)], time.monotonic()
    old.status, new.status = 503, 200
    within(30, lambda: stage.fares(pg1="DOWN", pg2="UP"))
    checks = [len(one.checked) - n for one, n in zip((old, new), before, strict=True)]
    took = time.monotonic() - began
    measured(f"balancer followed in {took:.1f} s (interval 2 s, attempts 2, rise 2)")
    assert all(2 <= count <= took / 2 + 2 for count in checks)
    assert stage.reaches("pg2")


def test_sessions_to_a_node_that_went_down_stay_open(stage: Stage) -> None:
    """The balancer cuts nobody off: Linode does not say that it would."""
    leader = stage.backend("pg1")
    stage.balance([leader])
    within(25, lambda: stage.fares(pg1="UP"))
    session = stage.connect()
    assert session.ask() == "pg1"
    leader.status = 503
    within(30, lambda: stage.fares(pg1="DOWN"))
    assert stage.reached() is None
    assert session.ask() == "pg1"


def test_a_connection_check_asks_for_no_more_than_a_connection(stage: Stage) -> None:
    """With check = connection whoever listens is UP, whatever HTTP would say."""
    stage.balance([stage.backend("pg1", status=503)], check="connection", check_path="")
    within(25, lambda: stage.fares(pg1="UP"))


def test_a_body_must_match(stage: Stage) -> None:
    """With check = http_body the answer must hold what was asked for."""
    backends = [stage.backend("pg1", body="it's fine"), stage.backend("pg2", body="it is not")]
    stage.balance(backends, check="http_body", check_body="it's f.ne")
    within(25, lambda: stage.fares(pg1="UP", pg2="DOWN"))


def test_checks_and_traffic_come_from_the_balancers_own_network(stage_of: Raise) -> None:
    """As Linode's come from 192.168.255.0/24, which a backend's firewall must let in."""
    stage = stage_of(source="127.0.0.9")
    leader = stage.backend("pg1")
    stage.balance([leader])
    within(25, lambda: stage.fares(pg1="UP"))
    assert stage.reached() == "pg1"
    assert set(leader.callers) == {"127.0.0.9"}


def test_a_failed_connection_marks_a_node_down_where_passive_checks_are_on(stage: Stage) -> None:
    """A client that meets a dead node is enough; no check has to come first."""
    dead, living = stage.backend("pg1"), stage.backend("pg2")
    stage.balance([dead, living], algorithm="roundrobin", check_interval=10, check_passive=True)
    within(25, lambda: stage.fares(pg1="UP", pg2="UP"))
    dead.close()
    within(25, lambda: stage.reached() == "pg2" and stage.fares(pg1="DOWN", pg2="UP"))


def test_a_client_that_comes_too_often_is_turned_away(stage: Stage) -> None:
    """client_conn_throttle counts connections a second."""
    config = stage.balance([stage.backend("pg1")])
    within(25, lambda: stage.fares(pg1="UP"))
    path = f"/nodebalancers/{config.nodebalancer_id}"
    stage.double.client().put(path, data={"client_conn_throttle": 3})
    within(25, lambda: None in {stage.reached() for _ in range(8)})
    time.sleep(2)
    assert stage.reached() == "pg1"
