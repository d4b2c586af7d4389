"""The order of a push, as a table: what was seen, and the lines of the plan."""

from dataclasses import replace

import pytest

from deploy.push import Wishes, order, tell
from deploy.push.group import with_groups
from deploy.push.observed import FoundUnit, Observed, Owed
from tests.unit.deploy.push.scene import (
    ETCD,
    EVERY,
    PG,
    UNITS,
    WORKERS,
    fresh,
    settled,
    sight,
    silent,
    site,
    stale,
)


def well(leader: str = "pg1") -> dict[str, Observed]:
    return {name: settled(wanted, leader=leader) for name, wanted in site().items()}


def old(*machines: str, leader: str = "pg1") -> dict[str, Observed]:
    """Everything well; the files of these machines are old."""
    found = well(leader)
    return found | {m: stale(found[m], [u.name for u in UNITS[m]]) for m in machines}


def lines(found: dict[str, Observed], how: str = "restart", **more: object) -> list[str]:
    return [tell(s) for s in order(sight(found, of=site(how), **more))]  # type: ignore[arg-type]


def test_nothing_to_do() -> None:
    """Everything as it should be: no step at all."""
    assert not lines(well())


def test_from_nothing() -> None:
    """A site that never ran: each group starts together, in the order in which they lean on each other."""
    found = {name: fresh(wanted) for name, wanted in site().items()}
    assert lines(found) == [
        "shop1: 1 file, start ssh, then a new login",
        "control: 1 file, start redis-server",
        ("etcd1, etcd2, etcd3: 1 file, start etcd, then etcd main is well"),
        ("pg1, pg2, pg3: 2 files, start patroni, then cluster shop is well"),
        "pg1, pg2, pg3: 1 file, start haproxy",
        "control: 2 files, start pgbaton-worker@1 pgbaton-worker@2",
    ]


def test_the_others_of_a_group_count() -> None:
    """A push of one member is a push of its group where it must be the only one; a host's is its own."""
    assert with_groups(site(), ("etcd2",)) == ("etcd2", "etcd1", "etcd3")
    assert with_groups(site(), ("shop1", "pg1")) == ("shop1", "pg1", "pg2", "pg3")
    assert with_groups(site(), ("shop1",)) == ("shop1",)


def test_etcd_one_by_one() -> None:
    """Three changed members: three steps, and after each one the whole etcd is well."""
    assert lines(old(*ETCD)) == [f"{m}: 1 file, restart etcd, then etcd main is well" for m in ETCD]


def test_the_sick_member_first() -> None:
    """A member that is not well is mended before one that is well may be taken away."""
    found = old(*ETCD)
    found["etcd3"] = silent(found["etcd3"])
    assert [line[:5] for line in lines(found)] == ["etcd3", "etcd1", "etcd2"]


def test_quorum_is_lost_already() -> None:
    """Two of three do not answer: not one is restarted, and the line says why and what lifts it."""
    found = old(*ETCD)
    found |= {m: silent(found[m]) for m in ("etcd2", "etcd3")}
    said = lines(found)
    assert [line.partition(": left: ")[0] for line in said] == ["etcd2", "etcd3", "etcd1"]
    assert "would have no quorum: etcd3 is not healthy; bring" in said[0], said


def test_a_machine_nobody_can_ask_counts_as_away() -> None:
    """One etcd machine is gone: no other may be taken away."""
    found = old("etcd1")
    del found["etcd3"]
    assert lines(found)[0].startswith("etcd1: left: the restart of etcd.service: without etcd1")


def test_replicas_before_the_leader_which_is_left() -> None:
    """Without --switchover the leader gets its files, and keeps its notice in the journal."""
    assert [s for s in lines(old(*PG, leader="pg1")) if "haproxy" not in s] == [
        "pg2: 1 file, restart patroni, then cluster shop is well",
        "pg3: 1 file, restart patroni, then cluster shop is well",
        "pg1: 1 file",
        (
            "pg1: left: the restart of patroni.service: it leads shop; push --switchover moves the "
            "leadership first"
        ),
    ]


def test_the_leader_after_a_switchover() -> None:
    """With --switchover it hands over, and is then restarted as what it has become."""
    said = lines(old(*PG, leader="pg2"), wishes=Wishes(switchover=True))
    assert [s for s in said if "haproxy" not in s][-2:] == [
        "pg2: hand the leadership of shop over",
        "pg2: 1 file, restart patroni, then cluster shop is well",
    ]


def test_a_reload_takes_nobody_away() -> None:
    """What a reload suffices for is one: the replicas together, the leader after them."""
    assert lines(old(*PG), how="reload")[:2] == [
        "pg2, pg3: 1 file, reload patroni, then cluster shop is well",
        "pg1: 1 file, reload patroni, then cluster shop is well",
    ]


def test_never_a_second_member_away() -> None:
    """A replica that does not stream: no other replica is restarted, nor the leader."""
    found = old("pg1", "pg3")
    found["pg2"] = silent(found["pg2"])
    found["pg1"] = replace(
        found["pg1"],
        patroni={
            "state": "running",
            "role": "master",
            "replication": [{"application_name": "pg3", "state": "streaming"}],
        },
    )
    said = [s for s in lines(found, wishes=Wishes(switchover=True)) if "haproxy" not in s]
    assert all("pg2 is away already in cluster shop" in s for s in said), said
    assert len(said) == 2


def test_nobody_says_who_leads() -> None:
    """Without a leader in sight no running member is touched."""
    found = {m: silent(o) if m in PG else o for m, o in old(*PG).items()}
    said = [s for s in lines(found) if "haproxy" not in s]
    assert len(said) == 3
    assert all("nobody says who leads shop" in s for s in said)


def test_workers_one_after_another() -> None:
    """The others take over meanwhile, so that no job is lost."""
    said = [s for s in lines(old("control")) if "worker" in s]
    assert said == [
        "control: 2 files, restart pgbaton-worker@1",
        "control: restart pgbaton-worker@2",
    ]


def test_another_program_restarts_whoever_runs_it() -> None:
    """No file differs, only the program: it is put first, then its processes one after another."""
    wanted = site()
    wanted["control"] = replace(wanted["control"], program="new")
    found = well()
    found["control"] = replace(found["control"], program="old")
    assert [tell(s) for s in order(sight(found, of=wanted))] == [
        "put pgbaton's program on control",
        "control: restart pgbaton-worker@1",
        "control: restart pgbaton-worker@2",
    ]


def test_a_notice_of_an_earlier_push_is_given() -> None:
    """Files are right, but the journal owes a restart to the run that still has the old ones."""
    found = well()
    found["etcd2"] = replace(
        found["etcd2"], owed=(Owed(unit="etcd.service", how="restart", run="etcd2-1"),)
    )
    assert lines(found) == ["etcd2: restart etcd, then etcd main is well"]


def test_a_unit_that_was_started_anew_is_owed_nothing() -> None:
    """Whoever restarted it, its run is another one: it has the new files."""
    found = well()
    found["etcd2"] = replace(
        found["etcd2"], owed=(Owed(unit="etcd.service", how="restart", run="before"),)
    )
    assert not lines(found)


def test_one_etcd_machine_alone_cannot_show_health() -> None:
    """The first of three to be pushed: it starts, and the plan says whom else it needs."""
    found = {name: fresh(wanted) for name, wanted in site().items()}
    said = lines(found, machines=("etcd1",))
    assert said[0] == "etcd1: 1 file, start etcd"
    assert said[1].endswith("push etcd2, etcd3 too")


def test_packages_that_are_missing() -> None:
    """They are named, and the machine is left; with --install they come first."""
    wanted = site()
    shop = wanted["shop1"]
    wanted["shop1"] = replace(shop, blueprint=replace(shop.blueprint, packages=("sudo",)))
    found = well() | {"shop1": fresh(shop)}
    assert [tell(s) for s in order(sight(found, of=wanted))] == [
        "shop1: left: everything: lacks packages sudo; push --install installs them"
    ]
    said = [tell(s) for s in order(sight(found, of=wanted, wishes=Wishes(install=True)))]
    assert said[0] == "install packages: shop1 sudo"
    assert said[1] == "shop1: 1 file, start ssh, then a new login"


@pytest.mark.parametrize("prune", [False, True], ids=["named", "removed"])
def test_files_that_nobody_wants_any_more(*, prune: bool) -> None:
    """Named; removed only on request, at the very end."""
    found = well()
    found["shop1"] = replace(found["shop1"], put=frozenset({"/etc/old"}))
    said = lines(found, wishes=Wishes(prune=prune))
    assert said[-1].startswith("remove: shop1 /etc/old" if prune else "shop1: left: /etc/old: ")


def test_the_cluster_wide_configuration() -> None:
    """What differs is set through Patroni; keys that only the cluster has stay."""
    found = well()
    for member in PG:
        config = {"ttl": 20, "pause": True, "postgresql": {"parameters": {"max_connections": 100}}}
        found[member] = replace(found[member], config=config)
    assert lines(found) == ["cluster shop: set ttl = 30 (is 20) through Patroni"]
    assert lines(found, machines=("pg2",)) == lines(found)
    assert not lines(found, machines=("shop1", *ETCD)), "none of its members is pushed"


def test_what_only_a_start_of_postgresql_takes() -> None:
    """Patroni says so of a member, and the plan says it on, with the command."""
    found = well()
    said = {"state": "running", "role": "replica", "pending_restart": True}
    found["pg2"] = replace(found["pg2"], patroni=said)
    assert lines(found)[0].startswith("pg2: left: the restart of PostgreSQL: Patroni shows")


def test_a_disabled_unit_is_enabled_without_a_restart() -> None:
    """It runs, and would not after a reboot."""
    found = well()
    found["shop1"] = replace(
        found["shop1"], units={"ssh.service": FoundUnit(active="active", run="1")}
    )
    assert lines(found) == ["shop1: enable ssh, then a new login"]


def test_what_may_lock_us_out_goes_first_alone() -> None:
    """One machine hears of a new firewall or sshd before the others, and a new login proves it."""
    wanted = site()
    ground = UNITS["shop1"]
    wanted["shop2"] = replace(wanted["shop1"], placed=replace(wanted["shop1"].placed, name="shop2"))
    found = {m: settled(w) for m, w in wanted.items()}
    found |= {m: stale(found[m], [u.name for u in ground]) for m in ("shop1", "shop2")}
    steps = [tell(s) for s in order(sight(found, of=wanted, machines=(*EVERY, "shop2")))]
    assert steps == [
        "shop1: 1 file, restart ssh, then a new login",
        "shop2: 1 file, restart ssh, then a new login",
    ]


def test_every_worker_is_a_unit_of_the_scene() -> None:
    """The scene holds what the table speaks of."""
    assert set(WORKERS) < {u.name for u in UNITS["control"]}
