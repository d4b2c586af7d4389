"""`pgbaton provision` as somebody types it, before the double: what is shown, what is written, what is waited for."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.contract.linode.double import Double
from tests.contract.linode.somebody import Somebody, created


def test_from_a_plan_to_what_stands(somebody: Somebody) -> None:
    """A plan creates nothing and says 1; then it is created, noted, and the plan says 0."""
    planned = somebody.types("provision", "--plan")
    assert (planned.exit_code, created(somebody.double)) == (1, 0)
    assert (
        "+ create  Linode        pgbaton-pg1        $24.00  g6-standard-2, 10.0.0.21 (database)"
        in planned.output
    )
    assert "To create: 14, to change: 0, as wanted: 0, left though it differs: 0." in planned.output
    assert "about $106.00 a month ($0.159 an hour)" in planned.output
    somebody.keyed()
    made = somebody.types("provision", "--write")
    assert made.exit_code == 0, made.output
    assert "  create VPC pgbaton with the subnet 10.0.0.0/24\n" in made.output
    assert "17 steps made; 14 as wanted, 0 left though they differ." in made.output
    assert f"Written into {somebody.file}:" in made.output
    after, steps = somebody.file.read_text(), created(somebody.double)
    assert "subnet_id = 6001" in after
    again = somebody.types("provision", "--plan")
    assert (again.exit_code, created(somebody.double)) == (0, steps)
    assert somebody.types("provision", "--write").exit_code == 0
    assert (somebody.file.read_text(), created(somebody.double)) == (after, steps)


def test_user_data_reaches_each_machine_and_no_screen(somebody: Somebody) -> None:
    """It holds the host key that push will pin; neither it nor the token is ever printed."""
    somebody.keyed()
    made = [somebody.types("provision", "--json"), somebody.types("provision")]
    assert all(row["has_user_data"] for row in somebody.double.world.machines)
    shown = "".join(one.output for one in made)
    assert somebody.double.token not in shown
    assert "PRIVATE KEY" not in shown
    assert "cloud-config" not in shown


def test_scripts_get_one_document(somebody: Somebody) -> None:
    """Each thing with its verdict and reason, prices, and the lines for the inventory."""
    told = json.loads(somebody.types("provision", "--plan", "--json").output)
    assert (told["planned"], told["region"], told["monthly"]) == (True, "us-ord", 106.0)
    assert {(item["verdict"], item["reason"]) for item in told["items"]} == {("create", "missing")}
    somebody.keyed()
    told = json.loads(somebody.types("provision", "--json").output)
    assert (len(told["made"]), told["reason"]) == (17, "")
    assert {"table": ["nodebalancers", "front"], "key": "subnet_id", "value": 6001} in told["notes"]


def test_backups_are_in_the_price_of_machines_alone(somebody: Somebody) -> None:
    """A fifth more for each Linode; a NodeBalancer has none."""
    somebody.writes('region = "us-ord"', 'region = "us-ord"\nbackups = true')
    told = json.loads(somebody.types("provision", "--plan", "--json").output)
    prices = {(i["kind"], i["label"]): i["monthly"] for i in told["items"]}
    assert prices["Linode", "pgbaton-pg1"] == pytest.approx(24 * 1.2)
    assert prices["NodeBalancer", "shop-front"] == 10
    assert told["monthly"] == pytest.approx(96 * 1.2 + 10)


def test_what_differs_is_named_left_and_answered_with_1(somebody: Somebody) -> None:
    """A machine that somebody resized is not resized back."""
    somebody.keyed()
    somebody.types("provision")
    [row] = somebody.double.world.machines.where(label="pgbaton-pg1")
    row["type"] = "g6-standard-4"
    seen = somebody.types("provision")
    assert seen.exit_code == 1
    assert "its type is g6-standard-4, wanted g6-standard-2" in seen.output
    assert row["type"] == "g6-standard-4"


def test_what_is_in_the_way_of_the_rest_is_told(somebody: Somebody) -> None:
    """A VPC of ours in another region: no machine can be created in this one, and none is."""
    somebody.keyed()
    body = {
        "label": "pgbaton",
        "region": "id-cgk",
        "description": "made by pgbaton provision",
    }
    somebody.double.ask("POST", "/vpcs", body)
    seen = somebody.types("provision")
    assert seen.exit_code == 1
    assert (
        "! differs  VPC           pgbaton                    is in id-cgk, wanted in us-ord"
        in seen.output
    )
    assert "could not be made: what differs is in the way" in seen.output
    assert not list(somebody.double.world.machines)


@contextmanager
def limited_at_first(double: Double) -> Iterator[None]:
    """For a second or two from the first request on, however late that comes."""
    over = threading.Event()

    def hold() -> None:
        while not over.is_set() and not any(one.fault == "limited" for one in double.asked):
            double.hurt(limited_until=time.time() + 1.5)
            over.wait(0.05)

    double.hurt(limited_until=time.time() + 1.5)
    holding = threading.Thread(target=hold)
    holding.start()
    yield
    over.set()
    holding.join()


def test_an_api_that_asks_for_patience_gets_it(somebody: Somebody) -> None:
    """It says how long, and goes on by itself."""
    somebody.keyed()
    with limited_at_first(somebody.double):
        seen = somebody.types("provision")
    assert seen.exit_code == 0, seen.output
    assert "Linode asks for patience: going on in" in seen.output


def test_machines_that_are_slow_to_boot_are_waited_for(somebody: Somebody) -> None:
    """At most as long as one asks; then 75, and the next run waits on."""
    somebody.keyed()
    somebody.double.world.boots_for = 3600
    seen = somebody.types("provision", "--wait", "0")
    assert seen.exit_code == 75
    assert "Not running yet: pgbaton-etcd1, " in seen.output
    somebody.double.world.booted.clear()
    for row in somebody.double.world.machines:
        row["status"] = "running"
    assert somebody.types("provision").exit_code == 0
