"""A NodeBalancer's data plane balances and checks as one: a real HAProxy, followed by the API."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.contract.linode.stage import Stage, within

Raise = Callable[..., Stage]


@pytest.fixture
def stage_of(require: Callable[[str], Path], tmp_path: Path) -> Iterator[Raise]:
    """Raises a stage in a manner."""
    with ExitStack() as stack:

        def raised(**manner: Any) -> Stage:
            return stack.enter_context(Stage(require("haproxy"), tmp_path / "nb", **manner))

        yield raised


@pytest.fixture
def stage(stage_of: Raise) -> Stage:
    return stage_of()


def test_only_those_who_pass_the_check_get_traffic(stage: Stage) -> None:
    """The leader alone answers 200, so that all clients reach it and its node alone is UP."""
    leader, replica = stage.backend("pg1"), stage.backend("pg2", status=503)
    stage.balance([leader, replica])
    within(6, lambda: stage.fares(pg1="UP", pg2="DOWN"))
    assert stage.reaches("pg1")


def test_the_check_goes_to_the_port_that_carries_traffic(stage: Stage) -> None:
    """A backend sees the check's path on the very port on which it sees clients."""
    leader = stage.backend("pg1")
    stage.balance([leader])
    within(6, lambda: stage.fares(pg1="UP"))
    assert stage.reached() == "pg1"
    assert set(leader.checked) == {"GET /primary HTTP/1.0"}


def test_a_node_is_unknown_until_it_was_checked(stage: Stage) -> None:
    """Right after creation, and for ever where nothing checks it."""
    stage.balance([stage.backend("pg1")], check="none")
    within(3, lambda: stage.reached() == "pg1")
    assert stage.fares(pg1="Unknown")


def test_the_leader_is_followed_within_the_documented_times(
    stage: Stage, measured: Callable[[str], None]
) -> None:
    """Down after interval times attempts, up again after interval times rise."""
    old, new = stage.backend("pg1"), stage.backend("pg2", status=503)
    stage.balance([old, new])
    within(6, lambda: stage.fares(pg1="UP", pg2="DOWN"))
    old.status, new.status = 503, 200
    took = within(8, lambda: stage.fares(pg1="DOWN", pg2="UP"))
    measured(f"balancer followed in {took:.1f} s (interval 2 s, attempts 2, rise 2)")
    assert took > 2
    assert stage.reaches("pg2")


def test_sessions_to_a_node_that_went_down_stay_open(stage: Stage) -> None:
    """The balancer cuts nobody off: Linode does not say that it would."""
    leader = stage.backend("pg1")
    stage.balance([leader])
    within(6, lambda: stage.fares(pg1="UP"))
    session = stage.connect()
    assert session.ask() == "pg1"
    leader.status = 503
    within(8, lambda: stage.fares(pg1="DOWN"))
    assert stage.reached() is None
    assert session.ask() == "pg1"


def test_a_rejected_node_gets_no_clients_after_the_delay(stage_of: Raise) -> None:
    """The API says reject at once; the data plane goes on for the delay, then stops checking."""
    stage = stage_of(delay=1.5)
    one, two = stage.backend("pg1"), stage.backend("pg2")
    stage.balance([one, two], algorithm="roundrobin")
    within(6, lambda: stage.fares(pg1="UP", pg2="UP"))
    held = [stage.connect() for _ in range(4)]
    assert {session.ask() for session in held} == {"pg1", "pg2"}
    stage.set("pg1", mode="reject")
    assert stage.reaches("pg1", "pg2")
    took = within(4, lambda: stage.fares(pg1="DOWN"))
    within(2, lambda: stage.reaches("pg2"))
    assert 1 < took < 3
    assert {session.ask() for session in held} == {"pg1", "pg2"}
    checks = len(one.checked)
    time.sleep(2.5)
    assert len(one.checked) == checks


def test_an_accepted_node_earns_its_traffic_by_its_checks(stage: Stage) -> None:
    """After reject, a node is up again once it has passed as many checks as `rise` says."""
    stage.balance([stage.backend("pg1")])
    within(6, lambda: stage.fares(pg1="UP"))
    stage.set("pg1", mode="reject")
    within(3, lambda: stage.fares(pg1="DOWN"))
    stage.set("pg1", mode="accept")
    took = within(6, lambda: stage.fares(pg1="UP"))
    assert took > 1
    assert stage.reached() == "pg1"


def test_a_drained_node_keeps_its_sessions_only(stage: Stage) -> None:
    """New clients go elsewhere, its check goes on, and its sessions live."""
    stage.balance([stage.backend("pg1"), stage.backend("pg2")], algorithm="roundrobin")
    within(6, lambda: stage.fares(pg1="UP", pg2="UP"))
    held = [stage.connect() for _ in range(2)]
    assert {session.ask() for session in held} == {"pg1", "pg2"}
    stage.set("pg1", mode="drain")
    within(3, lambda: stage.reaches("pg2"))
    assert stage.fares(pg1="UP")
    assert {session.ask() for session in held} == {"pg1", "pg2"}


def test_a_backup_serves_when_nobody_else_does(stage: Stage) -> None:
    """Only once every accepted node is down."""
    one = stage.backend("pg1")
    stage.balance([one, stage.backend("pg2")])
    stage.set("pg2", mode="backup")
    within(6, lambda: stage.fares(pg1="UP", pg2="UP") and stage.reaches("pg1"))
    one.status = 503
    within(8, lambda: stage.reaches("pg2"))


def test_a_change_forgets_neither_statuses_nor_sessions(stage: Stage) -> None:
    """A node that is added leaves the others as they were."""
    stage.balance([stage.backend("pg1"), stage.backend("pg2", status=503)])
    within(6, lambda: stage.fares(pg1="UP", pg2="DOWN"))
    session = stage.connect()
    assert session.ask() == "pg1"
    config = stage.world.configs.where(port=stage.port)[0]
    path = f"/nodebalancers/{config['nodebalancer_id']}/configs/{config['id']}/nodes"
    late = stage.backend("pg3", status=503)
    stage.double.client().post(path, data={"label": "pg3", "address": late.address})
    while not stage.fares(pg3="DOWN"):
        assert stage.fares(pg1="UP", pg2="DOWN")
        time.sleep(0.05)
    assert session.ask() == "pg1"


def test_a_connection_check_asks_for_no_more_than_a_connection(stage: Stage) -> None:
    """With check = connection whoever listens is UP, whatever HTTP would say."""
    stage.balance([stage.backend("pg1", status=503)], check="connection", check_path="")
    within(6, lambda: stage.fares(pg1="UP"))


def test_a_body_must_match(stage: Stage) -> None:
    """With check = http_body the answer must hold what was asked for."""
    backends = [stage.backend("pg1", body="it's fine"), stage.backend("pg2", body="it is not")]
    stage.balance(backends, check="http_body", check_body="it's f.ne")
    within(6, lambda: stage.fares(pg1="UP", pg2="DOWN"))


def test_checks_and_traffic_come_from_the_balancers_own_network(stage_of: Raise) -> None:
    """As Linode's come from 192.168.255.0/24, which a backend's firewall must let in."""
    stage = stage_of(source="127.0.0.9")
    leader = stage.backend("pg1")
    stage.balance([leader])
    within(6, lambda: stage.fares(pg1="UP"))
    assert stage.reached() == "pg1"
    assert set(leader.callers) == {"127.0.0.9"}


def test_a_deleted_balancer_is_gone_with_its_sessions(stage: Stage) -> None:
    """Nobody listens on its port any more, and no process of it is left."""
    config = stage.balance([stage.backend("pg1")])
    within(6, lambda: stage.fares(pg1="UP"))
    session = stage.connect()
    assert session.ask() == "pg1"
    stage.double.client().delete(f"/nodebalancers/{config.nodebalancer_id}")
    within(3, lambda: stage.reached() is None)
    assert session.ask() is None


def test_a_machine_that_is_deleted_takes_its_nodes_with_it(stage: Stage) -> None:
    """Linode deletes the node of a deleted Linode; its traffic ends."""
    leader = stage.backend("pg1")
    machine = stage.double.machine("pg1", "127.0.0.1")
    stage.balance([leader])
    within(6, lambda: stage.fares(pg1="UP"))
    stage.double.client().delete(f"/linode/instances/{machine['id']}")
    within(3, lambda: stage.reached() is None)
    assert not list(stage.world.nodes)


def test_a_port_that_is_taken_is_a_problem_told(stage: Stage) -> None:
    """What HAProxy cannot do is said, and mended by the next change that it can follow."""
    backend = stage.backend("pg1")
    taken = int(backend.address.rpartition(":")[2])
    config = stage.balance([backend], port=taken)
    within(6, lambda: "cannot bind" in (stage.plane.problem(config.nodebalancer_id) or ""))
    config.port = stage.port
    config.save()
    within(6, lambda: stage.reached() == "pg1")
    within(2, lambda: stage.plane.problem(config.nodebalancer_id) is None)
