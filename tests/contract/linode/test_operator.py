"""The operator's commands as a process, over the real adapter and the double."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.lab.linode.account.seed import sow
from tests.contract.linode.console import MEMBERS, Operator, members
from tests.contract.linode.double import Double

APPLY, SHOW = ("nodebalancer", "apply", "front"), ("nodebalancer", "show", "front")
DOCTOR = ("doctor", "nodebalancer")
CHANGING = {"POST", "PUT", "DELETE"}


@pytest.fixture
def traffic() -> Iterator[int]:
    """The port on which pg1 answers as a leader does, the others as replicas."""
    with members({"pg1": 200, "pg2": 503, "pg3": 503}) as port:
        yield port


@pytest.fixture
def operator_of(
    make_double: Callable[..., Double], tmp_path: Path, traffic: int
) -> Callable[..., Operator]:
    """Makes operators beside a double of their own."""

    def make(**how: object) -> Operator:
        double = make_double(**how)
        wall = {"label": "db-nodes", "rules": rules(traffic)}
        machines = [{"label": m, "ipv4": [a], "firewall": "db-nodes"} for m, a in MEMBERS.items()]
        sow(double.world, {"firewalls": [wall], "machines": machines})
        return Operator(folder=tmp_path, double=double, traffic=traffic)

    return make


def rules(port: int) -> dict[str, object]:
    """A firewall that lets a NodeBalancer through to one port."""
    source = {"ipv4": ["192.168.255.0/24"]}
    rule = {"action": "ACCEPT", "protocol": "TCP", "ports": str(port), "addresses": source}
    return {"inbound": [rule], "inbound_policy": "DROP", "outbound_policy": "ACCEPT"}


@pytest.fixture
def dba(operator_of: Callable[..., Operator]) -> Operator:
    """Her token may do everything."""
    return operator_of()


def changes(double: Double) -> int:
    """How many requests would change something."""
    return sum(one.method in CHANGING for one in double.asked)


def written(dba: Operator, **statuses: str) -> None:
    """She applied it and wrote its address into the inventory; its nodes fare as told."""
    address = dba.document(*APPLY)["address"]
    dba.more = f'address = "{address}"\n'
    for label, status in {"pg1": "UP", "pg2": "DOWN", "pg3": "DOWN", **statuses}.items():
        dba.double.fare(label, status)


def test_apply_creates_it_and_a_second_run_changes_nothing(dba: Operator) -> None:
    """Balancer, configuration and nodes as planned, the address to write down, and then peace."""
    planned = dba.types(*APPLY, "--plan")
    assert (planned.returncode, changes(dba.double)) == (0, 0)
    seen = dba.types(*APPLY)
    assert seen.returncode == 0, seen.stderr
    would = [line.removeprefix("  would ") for line in planned.stdout.splitlines()[:5]]
    assert [line.strip() for line in seen.stdout.splitlines()[:5]] == would
    [row] = dba.double.world.balancers
    assert seen.stdout.endswith(f'  address = "{row["ipv4"]}"\n')
    made = changes(dba.double)
    again = dba.types(*APPLY)
    assert (again.returncode, changes(dba.double)) == (0, made)


def test_what_was_applied_is_right_by_show_and_doctor(dba: Operator) -> None:
    """Once its address is written down, neither finds anything; the ports and firewalls are real."""
    written(dba)
    assert dba.types(*SHOW).returncode == 0
    seen = dba.types(*DOCTOR)
    assert (seen.returncode, seen.stderr) == (0, "")
    assert seen.stdout.startswith("front: nothing is wrong, 1 note\n")
    assert "note: who leads shop is not proven" in seen.stdout


def test_what_somebody_changed_is_found_and_mended(dba: Operator) -> None:
    """Settings, a node that went, a throttle: doctor names each, apply mends what is pgbaton's."""
    written(dba)
    world = dba.double.world
    [config], [balancer] = world.configs, world.balancers
    path = f"/nodebalancers/{balancer['id']}"
    change = {"check_path": "/health", "check_interval": 40, "check_timeout": 30}
    dba.double.ask("PUT", f"{path}/configs/{config['id']}", change)
    dba.double.ask("PUT", path, {"client_conn_throttle": 5})
    dba.double.ask("DELETE", f"{path}/configs/{config['id']}/nodes/{dba.double.node('pg3')['id']}")
    [told] = dba.document(*DOCTOR)
    names = {f["name"] for f in told["findings"] if f["severity"] != "note"}
    assert names == {"check_path", "check_interval", "check_timeout", "throttle", "missing"}
    assert dba.types(*APPLY).returncode == 0
    [told] = dba.document(*DOCTOR)
    assert {f["name"] for f in told["findings"] if f["severity"] != "note"} == {"throttle"}


def test_a_port_that_speaks_no_http_is_heard(dba: Operator) -> None:
    """Nobody listens on pg3 any more: the check could not pass there."""
    written(dba)
    with members({"pg1": 200, "pg2": 200}) as port:
        dba.traffic = port
        seen = dba.types(*DOCTOR)
    assert seen.returncode == 1
    assert f"error: pg3 refuses port {port}, must listen there" in seen.stdout
    assert "error: GET /primary passes on pg1 and pg2, must pass on one" in seen.stdout
    assert f"before pg1, pg2 and pg3 keeps 192.168.255.0/24 from port {port}" in seen.stdout


def test_missing_scopes_are_named(operator_of: Callable[..., Operator]) -> None:
    """A token for NodeBalancers alone does for apply; doctor says what it cannot look at, and why."""
    dba = operator_of(scopes="nodebalancers:read_write")
    written(dba)
    seen = dba.types(*DOCTOR)
    assert seen.returncode == 0
    assert "the firewalls before pg1, pg2 and pg3 were not seen" in seen.stdout
    assert "linodes:read_only" in seen.stdout
    dba = operator_of(scopes="nodebalancers:read_only")
    seen = dba.types(*APPLY)
    assert seen.returncode == 78
    assert "could not create NodeBalancer shop-front in us-ord" in seen.stderr
    assert "nodebalancers:read_write" in seen.stderr


@pytest.mark.parametrize(("broken", "code"), [("503", 69), ("html", 69), ("401", 78), ("403", 78)])
def test_an_api_that_fails_is_told_in_two_lines(dba: Operator, broken: str, code: int) -> None:
    """show ends with the reason; doctor judges the rest, and both have the same exit code."""
    dba.double.hurt(broken=broken)
    seen = dba.types(*SHOW)
    assert (seen.returncode, len(seen.stderr.splitlines())) == (code, 2)
    seen = dba.types(*DOCTOR)
    assert (seen.returncode, seen.stderr) == (code, "")
    assert "error: not seen: " in seen.stdout


def test_an_api_that_never_answers_is_given_up_on(dba: Operator) -> None:
    """Within the inventory's timeout, whatever else is to be asked."""
    dba.timeout = 1
    dba.double.linode.go("silent")
    began = time.monotonic()
    seen = dba.types(*SHOW)
    dba.double.heal()
    assert (seen.returncode, "gives no answer" in seen.stderr) == (69, True)
    assert time.monotonic() - began < 30


def test_a_reply_that_got_lost_makes_no_second_balancer(dba: Operator) -> None:
    """It was carried out: whoever runs apply again finds it by its label."""
    dba.double.hurt(lost_replies=1)
    first = dba.types(*APPLY)
    assert dba.types(*APPLY).returncode == 0, first.stderr
    assert len(list(dba.double.world.balancers)) == 1
    assert len(list(dba.double.world.nodes)) == 3


def test_a_label_that_matches_two_is_refused(dba: Operator) -> None:
    """By every command, with both ids; none of them is changed."""
    dba.types(*APPLY)
    other = dba.double.client().nodebalancer_create("us-ord", label="shop-other")
    dba.double.world.balancers.get(other.id)["label"] = "shop-front"
    made = changes(dba.double)
    for words in (SHOW, APPLY, DOCTOR):
        seen = dba.types(*words)
        assert seen.returncode == 69
        assert str(other.id) in seen.stdout + seen.stderr
    assert changes(dba.double) == made


def test_the_token_is_never_shown(dba: Operator) -> None:
    """Not in what is right, nor in what is wrong."""
    written(dba)
    heard = [dba.types(*words) for words in (SHOW, DOCTOR, (*APPLY, "--json"))]
    dba.environ["PGBATON_LINODE_TOKEN"] = f"{dba.double.token}-not"
    heard += [dba.types(*words) for words in (SHOW, DOCTOR, APPLY)]
    assert [one.returncode for one in heard] == [0, 0, 0, 78, 78, 78]
    assert dba.double.token not in "".join(one.stdout + one.stderr for one in heard)
