"""A leadership without PostgreSQL is one that pgbaton itself confirms, and its epochs are etcd's own."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.lab.bench.leaders import Leaders, Seat, answer_of, system_of
from deploy.lab.machine import LabError
from jobs.judge import Policy, judge
from jobs.ports import ScopeRef
from jobs.verdict import Confirmed, NotYet, Verdict
from tests import parts
from tests.contract import ports
from tests.contract.etcd.server import cluster
from workers.etcd import EtcdDcs, Gateway
from workers.patroni import PatroniRest
from workers.witness import Sight, Witnesses

SCOPES = ("east", "west")
EAST = ScopeRef(cluster="shop", namespace="service", scope="east")


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """One etcd, which every test of this file leaves without leaders."""
    with cluster(parts.require("etcd"), tmp_path_factory.mktemp("etcd")) as running:
        yield Gateway(running.endpoints)


@pytest.fixture(scope="module")
def seats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Seat]]:
    """Two members a scope: told apart by port in one, by address in the other."""
    first, second = ports.free(2)
    found = [
        Seat(scope="east", member="a", address="127.0.0.1", port=first),
        Seat(scope="east", member="b", address="127.0.0.1", port=second),
        Seat(scope="west", member="c", address="127.0.0.2", port=first),
        Seat(scope="west", member="d", address="127.0.0.3", port=first),
    ]
    file = tmp_path_factory.mktemp("standin") / "seats.json"
    file.write_text(json.dumps({seat.place: answer_of(seat) for seat in found}))
    with _standin(file) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"listening on 2\n"
        yield found
        process.kill()


def _standin(file: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "deploy.lab.bench.standin", str(file)]
    return subprocess.Popen(command, cwd=parts.ROOT, env=parts.OF_THE_TESTS, stdout=subprocess.PIPE)


def _verdict(gateway: Gateway, scope: ScopeRef = EAST) -> Verdict:
    sight = Sight(scope=scope, dcs=EtcdDcs(gateway), rest=PatroniRest(), sql=None)
    claims = Witnesses({scope.cluster: sight}).gather(scope.cluster, timeout=20, everyone=True)
    return judge(claims, policy=Policy())


def test_a_seat_that_was_elected_is_confirmed(gateway: Gateway, seats: list[Seat]) -> None:
    """The product's own look at etcd and Patroni says who leads, with the epoch that `elect` told."""
    leaders = Leaders(gateway)
    leaders.found(seats)
    assert isinstance(_verdict(gateway), NotYet)
    epochs = leaders.elect([seats[1], seats[2]])
    found = _verdict(gateway)
    assert isinstance(found, Confirmed), found
    assert found.leadership.member == "b"
    assert found.leadership.fence.epoch == epochs["east"]
    assert found.leadership.fence.system == system_of("east")
    assert [other.name for other in found.leadership.others] == ["a"]
    leaders.lose(SCOPES)


def test_every_change_is_a_greater_epoch(gateway: Gateway, seats: list[Seat]) -> None:
    """From one member to another, and to the same one again."""
    leaders = Leaders(gateway)
    leaders.found(seats)
    epochs = [leaders.elect([seats[2]])["west"]]
    epochs += [leaders.change([seat])["west"] for seat in (seats[3], seats[3], seats[2])]
    assert epochs == sorted(set(epochs))
    west = ScopeRef(cluster="west", namespace="service", scope="west")
    found = _verdict(gateway, west)
    assert isinstance(found, Confirmed), found
    assert (found.leadership.member, found.leadership.fence.epoch) == ("c", epochs[-1])
    leaders.lose(SCOPES)


def test_nobody_is_elected_beside_a_leader(gateway: Gateway, seats: list[Seat]) -> None:
    """As Patroni takes the key: only where there is none."""
    leaders = Leaders(gateway)
    leaders.found(seats)
    leaders.elect([seats[0]])
    with pytest.raises(LabError, match="east has a leader"):
        leaders.elect([seats[1]])
    leaders.lose(SCOPES)


def test_many_scopes_take_more_than_one_transaction(gateway: Gateway) -> None:
    """etcd takes 128 operations at once; a storm has more clusters than that."""
    many = [Seat(scope=f"many{n}", member="a", address="127.0.0.1") for n in range(150)]
    leaders = Leaders(gateway)
    leaders.found(many)
    assert set(leaders.elect(many)) == {seat.scope for seat in many}
    leaders.lose([seat.scope for seat in many])
    assert set(leaders.change(many)) == {seat.scope for seat in many}
    leaders.lose([seat.scope for seat in many])


def test_a_port_that_is_only_tried_opens(seats: list[Seat]) -> None:
    """A host proves that it can reach its new PostgreSQL, and says nothing there."""
    with socket.create_connection((seats[0].address, seats[0].port), timeout=20) as reached:
        reached.shutdown(socket.SHUT_WR)
        assert reached.recv(1) == b""


def test_an_address_that_is_no_seat_says_so(seats: list[Seat]) -> None:
    """Else a mistake in a bench would look like a cluster that is well."""
    with socket.create_connection(("127.0.0.4", seats[0].port), timeout=20) as asked:
        asked.sendall(b"GET /patroni HTTP/1.1\r\nHost: nobody\r\n\r\n")
        assert asked.recv(1024).startswith(b"HTTP/1.1 404")
