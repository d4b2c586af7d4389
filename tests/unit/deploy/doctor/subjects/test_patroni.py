from dataclasses import replace
from typing import Any

import pytest

from deploy.doctor.report import Colour
from deploy.doctor.subjects.patroni import judge_patroni
from deploy.doctor.subjects.patroni_seen import MemberSeen, PatroniSeen
from jobs.inventory import Cluster
from tests.unit.deploy.doctor.subjects.told import DARK, told, words

NODES = {"pg1": "10.0.0.1", "pg2": "10.0.0.2", "pg3": "10.0.0.3"}
CONFIG = {"ttl": 30, "loop_wait": 10, "retry_timeout": 10, "synchronous_mode": True}


def member(name: str, **parts: Any) -> MemberSeen:
    roles = {"pg1": "leader", "pg2": "sync_standby", "pg3": "replica"}
    states = {"pg1": "running"}
    well: dict[str, Any] = {
        "role": roles[name],
        "state": states.get(name, "streaming"),
        "version": "4.1.0",
        "lag": 0,
    }
    return MemberSeen(name=name, **well | parts)


def seen(**parts: Any) -> PatroniSeen:
    """pg1 leads, pg2 is its synchronous standby, and every hook was heard."""
    well: dict[str, Any] = {
        "name": "shop",
        "cluster": Cluster(etcd="main", scope="shop", machines=NODES),
        "config": CONFIG,
        "members": {name: member(name) for name in NODES},
        "heard": frozenset(NODES),
    }
    return PatroniSeen(**well | parts)


def with_member(name: str, **parts: Any) -> PatroniSeen:
    return seen(members={**seen().members, name: member(name, **parts)})


def with_config(**parts: Any) -> PatroniSeen:
    return seen(config={**CONFIG, **parts})


def test_a_cluster_that_is_well_is_green() -> None:
    """With who leads, who follows it synchronously, and the times in effect."""
    report = judge_patroni(seen())
    assert (report.colour, told(report)) == (Colour.GREEN, {})
    assert report.fine[:2] == (
        "pg1 leads 2 standbys, pg2 synchronous; Patroni 4.1.0",
        "ttl 30, loop_wait 10, retry_timeout 10",
    )


@pytest.mark.parametrize(
    ("case", "name", "colour"),
    [
        (seen(members={"pg1": member("pg1"), "pg2": member("pg2")}), "patroni-missing", "red"),
        (seen(members={**seen().members, "pg3": DARK}), "patroni-rest", "red"),
        (with_member("pg3", state="start failed"), "patroni-state", "red"),
        (with_member("pg1", role="replica"), "leaderless", "red"),
        (seen(members={"pg1": member("pg1")}), "no-standby", "red"),
        (seen(paused=True), "paused", "amber"),
        (with_member("pg3", lag=8 << 20), "patroni-lag", "amber"),
        (seen(config=DARK), "not-seen", "amber"),
        (with_config(ttl=40), "patroni-settings", "amber"),
        (with_config(retry_timeout=20), "patroni-timing", "red"),
        (with_config(failsafe_mode=True), "patroni-failsafe", "amber"),
        (with_config(synchronous_mode=False), "asynchronous", "red"),
        (with_member("pg2", role="replica"), "no-sync-standby", "red"),
        (with_member("pg3", version="3.0.2"), "patroni-mixed", "amber"),
        (with_member("pg3", pending_restart=True), "pending-restart", "amber"),
        (with_member("pg3", watchdog_failed=True), "watchdog", "amber"),
        (with_member("pg1", failsafe_active=True), "failsafe-active", "red"),
        (seen(heard=frozenset({"pg1", "pg3"})), "hook-silent", "amber"),
        (seen(heard=DARK), "not-seen", "amber"),
    ],
)
def test_one_thing_wrong(case: PatroniSeen, name: str, colour: str) -> None:
    """Each has a finding of its own, in its colour."""
    assert told(judge_patroni(case))[name] == colour


def test_nobody_may_take_over() -> None:
    """Every standby tagged nofailover is red; one of them is nothing to say."""
    tags = {"nofailover": True}
    one = with_member("pg3", tags=tags)
    assert told(judge_patroni(one)) == {}
    both = replace(one, members={**one.members, "pg2": member("pg2", tags=tags)})
    assert told(judge_patroni(both)) == {"no-heir": "red"}


def test_a_lag_of_every_standby_is_red() -> None:
    """One who is late is no disaster; all of them are."""
    late = {n: member(n, lag=8 << 20) for n in ("pg2", "pg3")}
    assert told(judge_patroni(seen(members={"pg1": member("pg1"), **late})))["patroni-lag"] == "red"


def test_the_rule_is_held_against_what_is_in_effect() -> None:
    """Not against the inventory: the numbers are those of the dynamic configuration."""
    report = judge_patroni(with_config(ttl=20, loop_wait=10, retry_timeout=10))
    what = "loop_wait 10 + 2 x retry_timeout 10 is more than ttl 20"
    assert words(report, "patroni-timing").startswith(what)
    assert "--set ttl=30" in words(report, "patroni-timing")


def test_asynchronous_on_purpose_is_a_note() -> None:
    """What the inventory wants is no fault."""
    cluster = Cluster(etcd="main", scope="shop", machines=NODES, synchronous=False)
    report = judge_patroni(replace(with_config(synchronous_mode=False), cluster=cluster))
    assert told(report) == {"asynchronous": "green"}


@pytest.mark.parametrize("silent", [("pg1",), ("pg2",), ("pg2", "pg3")])
def test_who_does_not_answer_is_not_nobody(silent: tuple[str, ...]) -> None:
    """The leader, the synchronous standby or every standby is out of reach from here: that is red by itself, and
    says neither that nobody leads nor that nobody would take over."""
    report = judge_patroni(seen(members={**seen().members, **dict.fromkeys(silent, DARK)}))
    assert told(report)["patroni-rest"] == "red"
    assert not told(report).keys() & {"leaderless", "no-standby", "no-heir", "no-sync-standby"}
    if "pg2" in silent:
        assert words(report, "not-seen").startswith("who is synchronous not seen")
