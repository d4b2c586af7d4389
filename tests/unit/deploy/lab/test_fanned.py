"""A fan-out's parts compute what they claim: who has which files, what is sent, how long it took, what that proves."""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict, replace

import pytest

from deploy.lab.bench.fanned.course import (
    ANSIBLE,
    BARE_COLD,
    COLD,
    FULL,
    QUICK,
    WARM,
    Plan,
    What,
    by_turns,
)
from deploy.lab.bench.fanned.floor import BARE, commands, demand_changed, leadership
from deploy.lab.bench.fanned.hosts import ENV, env_file, file_of, hosts
from deploy.lab.bench.fanned.ours import concluded, seconds
from deploy.lab.bench.fanned.peers import play, remote
from deploy.lab.bench.fanned.spent import between, part_of, started
from deploy.lab.bench.fanned.tables import inventory_toml, seats
from deploy.lab.bench.fanned.told import told
from deploy.lab.keys import LabSecrets, make_secrets
from deploy.lab.lab import loaded
from deploy.lab.machine import LabError
from jobs.audit import Draft, Kind
from jobs.fence import Fence
from jobs.host import Hands, Mission, plan_now
from jobs.inventory import Inventory
from jobs.plan import HostPlan
from tests.fakes.clock import FakeClock
from tests.fakes.dcs import FakeDcs
from tests.fakes.hosts import FakeHosts
from tests.fakes.witness import FakeWitness
from tests.unit.deploy.lab import histories

TWO = hosts(2)
NAME = file_of(BARE, TWO)


@pytest.fixture(scope="module")
def secrets() -> LabSecrets:
    """Keys for the most hosts that there are."""
    return make_secrets(senders=("watch", "probe"), hosts=tuple(host.name for host in hosts(300)))


@pytest.fixture
def inventory(secrets: LabSecrets) -> Inventory:
    """What the floor plans by."""
    return loaded(inventory_toml({NAME: TWO}, secrets, warm=0))


def test_every_host_has_an_address_and_a_machine() -> None:
    """Three hundred of them on six machines, no two at one address."""
    everybody = hosts(300)
    assert (
        len({host.address for host in everybody}) == len({host.name for host in everybody}) == 300
    )
    assert {host.machine for host in everybody} == {f"hosts{number}" for number in range(1, 7)}
    assert (everybody[49].address, everybody[50].address) == ("10.78.1.50", "10.78.2.1")


def test_the_whole_inventory_is_a_good_one(secrets: LabSecrets) -> None:
    """Every size is a cluster that so many hosts follow, by a file of its own, and all may be warm."""
    sizes = FULL.sizes[1]
    fleet = {file_of("fleet", hosts(size)): hosts(size) for size in sizes}
    found = loaded(inventory_toml(fleet, secrets, warm=300))
    assert [len(found.hosts_of(cluster)) for cluster in found.clusters] == list(sizes)
    assert len({file.path for app in found.applications.values() for file in app.files}) == len(
        sizes
    )
    assert found.ssh.warm == len(found.hosts) == 300
    places = [seat.place for both in seats(fleet).values() for seat in both]
    assert len(set(places)) == 2 * len(sizes)


def test_a_bad_inventory_is_the_bench_s_own_mistake() -> None:
    """It says what is wrong instead of measuring something else."""
    with pytest.raises(LabError, match="bad inventory"):
        loaded("schema = 1\n")


def test_the_bare_script_sends_what_pgbaton_sends(inventory: Inventory) -> None:
    """For the same leadership and the same file, read and swap are the same requests."""
    host, fakes, lead = TWO[1], FakeHosts(), leadership(NAME, 3)
    fakes.at(host.address).files[env_file(NAME)] = ENV.encode()
    hands = Hands(
        inventory=inventory, witness=FakeWitness(FakeDcs()), hosts=fakes, clock=FakeClock()
    )
    mission = Mission(cluster=NAME, leadership=lead, incident=None, verified=0.0, since=0.0)
    read, swap = commands(inventory, host.name, ENV.encode(), lead)
    planned = plan_now(hands, mission, host.name)
    assert isinstance(planned, HostPlan)
    assert planned.request == swap
    reply = fakes.read(inventory.hosts[host.name], read, timeout=1)
    assert getattr(reply, "files", None), reply


def test_each_epoch_of_the_bare_script_changes_the_file(inventory: Inventory) -> None:
    """Its leaders take turns and its fences rise, as pgbaton's do."""
    leads = [leadership(NAME, epoch) for epoch in (1, 2, 3)]
    assert [lead.fence.epoch for lead in leads] == [1, 2, 3]
    swaps = [commands(inventory, "h001", ENV.encode(), lead)[1] for lead in leads]
    put = [swap.apps[0].files[0].splices[0].replacement for swap in swaps]
    assert put == [b"10.77.0.91", b"10.77.0.92", b"10.77.0.91"]


def test_a_host_that_did_nothing_is_no_measurement() -> None:
    """The bare script decides nothing; whoever starts it looks at what the hosts said."""
    lines = "pgbaton 1 swap\noutcome {}\nfence 7/1/3\nphase checked\nend\n"
    read = b"pgbaton 1 read\nfence -\njournal -\nend\n"
    demand_changed("h001", [read, lines.format("changed").encode()])
    with pytest.raises(LabError, match="h001 was not changed"):
        demand_changed("h001", [read, lines.format("unchanged").encode()])


FENCE = Fence(system="7", pg_timeline=1, epoch=12)
GIVEN = Draft(id="p", kind=Kind.PLANNED, evidence={"fence": str(FENCE), "hosts": {"h001": 1}})
AGAIN = Draft(id="q", kind=Kind.PLANNED, evidence={"fence": str(FENCE), "hosts": {"h002": 1}})
TOLD: list[tuple[float, Draft]] = [
    (10.0, GIVEN),
    (10.25, AGAIN),
    (11.5, histories.host("h002", "changed", FENCE)),
    (12.0, histories.host("h001", "changed", FENCE)),
]


def test_it_takes_from_the_first_assignment_to_the_last_host() -> None:
    """In whichever order the hosts end."""
    assert seconds(histories.chain(TOLD), 12, ["h001", "h002"]) == 2.0


@pytest.mark.parametrize(
    "trail",
    [
        TOLD[1:2],
        TOLD[:3],
        TOLD[2:],
        [*TOLD[:3], (12.0, histories.host("h001", "unchanged", FENCE))],
        [*TOLD[:3], (12.0, histories.host("h001", "changed", replace(FENCE, epoch=11)))],
    ],
    ids=["none", "one-missing", "never-given", "nothing-to-do", "another-epoch"],
)
def test_who_was_not_moved_is_no_measurement(trail: list[tuple[float, Draft]]) -> None:
    """A host that had nothing to do would make pgbaton look fast."""
    with pytest.raises(LabError, match="under epoch 12"):
        seconds(histories.chain(trail), 12, ["h001", "h002"])


def test_an_epoch_ends_with_its_own_conclusion() -> None:
    """The one of another epoch may still come."""
    ended = Draft(id="c", kind=Kind.CONCLUDED, evidence={"fence": asdict(FENCE)})
    assert concluded(histories.chain([(13.0, ended)]), 12)
    assert not concluded(histories.chain([(13.0, ended)]), 13)
    assert not concluded(histories.chain(TOLD), 12)


def test_other_tools_do_the_same_to_the_same_file() -> None:
    """The address into the file, and the application's command as the file's owner."""
    [book] = json.loads(json.dumps(play("10.77.0.92", "/srv/ansible50/.env")))
    file, command = book["tasks"]
    assert file["lineinfile"]["path"] == "/srv/ansible50/.env"
    assert file["lineinfile"]["line"] == "DB_HOST=10.77.0.92"
    assert command["command"] == {"cmd": "cp .env .env.cached", "chdir": "/srv/ansible50"}
    assert command["become_user"] == "shop"
    assert remote("10.77.0.92", "/srv/shell50/.env") == (
        "sudo -n sed -i 's/^DB_HOST=.*/DB_HOST=10.77.0.92/' /srv/shell50/.env"
        " && sudo -n -u shop cp /srv/shell50/.env /srv/shell50/.env.cached"
    )


def test_nobody_always_comes_first() -> None:
    """A machine that slows down meanwhile favours no side."""
    assert [by_turns("AB", number) for number in range(3)] == [("B", "A"), ("A", "B"), ("B", "A")]


TAKEN = {
    What(side=COLD, hosts=100): [1.0, 1.25, 9.0],
    What(side=BARE_COLD, hosts=100): [1.0, 1.0],
    What(side=WARM, hosts=100): [0.25],
    What(side=COLD, hosts=50): [0.5],
    What(side=WARM, hosts=50): [0.25],
    What(side=ANSIBLE, hosts=50): [3.0],
    What(side=COLD, hosts=100, workers=4): [1.0],
}


PARTS = {"the hosts": 60.0, "the workers": 8.0, "etcd and Redis": 5.0, "all others": 1.0}
COSTS = {What(side=side, hosts=100): [PARTS] for side in (COLD, BARE_COLD, WARM)}
STARTS = {What(side=side, hosts=100): [70.0, 71.5] for side in (COLD, BARE_COLD, WARM)}


def test_rows_are_held_against_the_limits() -> None:
    """Medians over medians, of one worker."""
    rows = {row.name: row for row in told(TAKEN, COSTS, STARTS).rows}
    ratios = {name: row.ratio for name, row in rows.items()}
    assert ratios == {
        "fanout-100-cold": 1.25,
        "fanout-100-warm": 0.2,
        "fanout-50-ansible": 12.0,
        "fanout-50-ansible-cold": 6.0,
    }
    assert {name: row.limit for name, row in rows.items()} == {
        "fanout-100-cold": 1.25,
        "fanout-100-warm": 0.35,
        "fanout-50-ansible": 12,
        "fanout-50-ansible-cold": 1,
    }
    assert all(row.held for row in rows.values())


def test_every_value_is_shown_beside_its_own_kind() -> None:
    """One picture a number of hosts and of workers."""
    groups = {group.title: group.series for group in told(TAKEN, COSTS, STARTS).groups[:3]}
    assert list(groups) == ["50 hosts, 1 worker", "100 hosts, 1 worker", "100 hosts, 4 workers"]
    assert [len(series) for series in groups.values()] == [3, 3, 1]
    assert sum(len(s.values) for series in groups.values() for s in series) == 10


def test_it_is_said_whose_processor_time_it_was() -> None:
    """Of the bare script only what its hosts spent: itself, it is over when that is looked at."""
    groups = told(TAKEN, COSTS, STARTS).groups[3:6]
    assert [len(group.series) for group in groups] == [4, 1, 4]
    assert {series.unit for group in groups for series in group.series} == {"ms"}


def test_it_is_said_how_many_processes_were_started() -> None:
    """By the machine's own count, which only grows."""
    group = told(TAKEN, COSTS, STARTS).groups[6]
    assert {series.values for series in group.series} == {(70.0, 71.5)}
    before = started()
    subprocess.run(["true"], check=True)
    assert started() > before


@pytest.mark.parametrize(
    ("machine", "process", "part"),
    [
        ("hosts3", "hosts", "the hosts"),
        ("control", "worker-2", "the workers"),
        ("etcd1", "etcd", "etcd and Redis"),
        ("redis", "redis", "etcd and Redis"),
        ("control", "watch", "all others"),
    ],
)
def test_every_process_is_of_one_part(machine: str, process: str, part: str) -> None:
    """By where it runs and what it is called."""
    assert part_of(machine, process) == part


def test_what_was_spent_before_does_not_count() -> None:
    """Nor what only others spent; all of it for each host."""
    before, after = {"the hosts": 1000, "all others": 7}, {"the hosts": 1500, "the workers": 25}
    assert between(before, after, 10) == {
        "the hosts": 50.0,
        "the workers": 2.5,
        "etcd and Redis": 0.0,
        "all others": -0.7,
    }


@pytest.mark.parametrize("plan", [FULL, QUICK], ids=["full", "quick"])
def test_every_plan_measures_what_the_rows_need(plan: Plan) -> None:
    """A quick look has every row, too; the full one every value five times, ansible's three."""
    assert {50, 100} <= set(plan.sizes[1])
    assert 50 in plan.beside
    assert {warm for warm, _ in plan.blocks} == {True, False}
    assert plan.plays >= 1
    often = [sum(times for warm, times in plan.blocks if warm is kind) for kind in (True, False)]
    assert plan is QUICK or (min(often) >= 5 and plan.times >= 5 and plan.plays >= 3)
