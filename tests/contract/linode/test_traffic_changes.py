"""A NodeBalancer's data plane follows what the API is told: modes, nodes, machines and ports."""

import time
from collections.abc import Callable

from tests.contract.linode.backends import Backend
from tests.contract.linode.stage import Stage, within

Raise = Callable[..., Stage]


def test_a_rejected_node_gets_no_clients_after_the_delay(stage_of: Raise) -> None:
    """The API says reject at once; the data plane goes on for the delay, then stops checking."""
    stage = stage_of(delay=3600)
    one, two = stage.backend("pg1"), stage.backend("pg2")
    stage.balance([one, two], algorithm="roundrobin")
    within(25, lambda: stage.fares(pg1="UP", pg2="UP"))
    held = [stage.connect() for _ in range(4)]
    assert {session.ask() for session in held} == {"pg1", "pg2"}
    stage.set("pg1", mode="reject")
    assert stage.reaches("pg1", "pg2")
    assert stage.fares(pg1="UP", pg2="UP")
    stage.world.modes.monotonic = lambda: time.monotonic() + 3600
    within(25, lambda: stage.fares(pg1="DOWN"))
    within(25, lambda: stage.reaches("pg2"))
    assert {session.ask() for session in held} == {"pg1", "pg2"}
    within(25, lambda: _unchecked(one))


def _unchecked(backend: Backend) -> bool:
    """For longer than the interval of its checks."""
    checks = len(backend.checked)
    time.sleep(2.5)
    return len(backend.checked) == checks


def test_an_accepted_node_earns_its_traffic_by_its_checks(stage: Stage) -> None:
    """After reject, a node is up again once it has passed as many checks as `rise` says."""
    one = stage.backend("pg1")
    stage.balance([one])
    within(25, lambda: stage.fares(pg1="UP"))
    stage.set("pg1", mode="reject")
    within(25, lambda: stage.fares(pg1="DOWN"))
    checks = len(one.checked)
    stage.set("pg1", mode="accept")
    within(25, lambda: stage.fares(pg1="UP"))
    assert len(one.checked) >= checks + 2
    assert stage.reached() == "pg1"


def test_a_drained_node_keeps_its_sessions_only(stage: Stage) -> None:
    """New clients go elsewhere, its check goes on, and its sessions live."""
    stage.balance([stage.backend("pg1"), stage.backend("pg2")], algorithm="roundrobin")
    within(25, lambda: stage.fares(pg1="UP", pg2="UP"))
    held = [stage.connect() for _ in range(2)]
    assert {session.ask() for session in held} == {"pg1", "pg2"}
    stage.set("pg1", mode="drain")
    within(25, lambda: stage.reaches("pg2"))
    assert stage.fares(pg1="UP")
    assert {session.ask() for session in held} == {"pg1", "pg2"}
    stage.set("pg1", mode="accept")
    within(25, lambda: stage.reaches("pg1", "pg2"))


def test_a_node_that_moves_is_a_new_one(stage: Stage) -> None:
    """At its new address it has no status until it was checked there; its old sessions go on."""
    stage.balance([stage.backend("pg1")], check_interval=10)
    within(25, lambda: stage.fares(pg1="UP"))
    session = stage.connect()
    assert session.ask() == "pg1"
    moved = stage.set("pg1", address=stage.backend("elsewhere", status=503).address)
    assert moved["status"] == "Unknown"
    while not stage.fares(pg1="DOWN"):
        assert not stage.fares(pg1="UP")
        time.sleep(0.02)
    assert session.ask() == "pg1"


def test_a_backup_serves_when_nobody_else_does(stage: Stage) -> None:
    """Only once every accepted node is down."""
    one = stage.backend("pg1")
    stage.balance([one, stage.backend("pg2")])
    stage.set("pg2", mode="backup")
    within(25, lambda: stage.fares(pg1="UP", pg2="UP") and stage.reaches("pg1"))
    one.status = 503
    within(30, lambda: stage.reaches("pg2"))


def test_a_change_forgets_neither_statuses_nor_sessions(stage: Stage) -> None:
    """A node that is added leaves the others as they were."""
    stage.balance([stage.backend("pg1"), stage.backend("pg2", status=503)])
    within(25, lambda: stage.fares(pg1="UP", pg2="DOWN"))
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


def test_a_deleted_balancer_is_gone_with_its_sessions(stage: Stage) -> None:
    """Nobody listens on its port any more, and no process of it is left."""
    config = stage.balance([stage.backend("pg1")])
    within(25, lambda: stage.fares(pg1="UP"))
    session = stage.connect()
    assert session.ask() == "pg1"
    stage.double.client().delete(f"/nodebalancers/{config.nodebalancer_id}")
    within(25, lambda: stage.reached() is None)
    assert session.ask() is None


def test_a_machine_that_is_deleted_takes_its_nodes_with_it(stage: Stage) -> None:
    """Linode deletes the node of a deleted Linode; its traffic ends."""
    leader = stage.backend("pg1")
    machine = stage.double.machine("pg1", "127.0.0.1")
    stage.balance([leader])
    within(25, lambda: stage.fares(pg1="UP"))
    stage.double.client().delete(f"/linode/instances/{machine['id']}")
    within(25, lambda: stage.reached() is None)
    assert not list(stage.world.nodes)


def test_a_port_that_is_taken_is_a_problem_told(stage: Stage) -> None:
    """What HAProxy cannot do is said, and mended by the next change that it can follow."""
    backend = stage.backend("pg1")
    taken = int(backend.address.rpartition(":")[2])
    config = stage.balance([backend], port=taken)
    within(25, lambda: "cannot bind" in (stage.plane.problem(config.nodebalancer_id) or ""))
    config.port = stage.port
    config.save()
    within(25, lambda: stage.reached() == "pg1")
    within(25, lambda: stage.plane.problem(config.nodebalancer_id) is None)
