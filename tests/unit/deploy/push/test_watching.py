"""The looks during a push: right before one is taken away, and until all are well again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from deploy.push import Trouble
from deploy.push.group import groups
from deploy.push.observed import Observed
from deploy.push.watching import Watching
from tests.unit.deploy.push.scene import ETCD, PG, settled, silent, site

SITE = site()
MAIN, SHOP = groups(SITE)
WELL = {name: settled(wanted) for name, wanted in SITE.items()}


@dataclass
class Telling:
    """Machines that are one thing at the first look, another at the second; the last one stays."""

    looks: list[Mapping[str, Observed]]
    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def read(
        self, machines: Iterable[str], *, whole: bool = True
    ) -> Mapping[str, Observed | Trouble]:
        look = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        gone = {m: Trouble(machine=m, reason="gone", remedy="", asked=False) for m in machines}
        return gone | {m: look[m] for m in machines if m in look}

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    @property
    def watching(self) -> Watching:
        return Watching(crew=self, patience=10, clock=lambda: self.now, sleep=self.sleep)


def without(*names: str) -> dict[str, Observed]:
    return WELL | {name: silent(WELL[name]) for name in names}


def test_it_waits_until_all_are_well() -> None:
    """Two looks show a member that is not, the third shows all: no trouble, and no more waiting."""
    told = Telling([without("etcd2"), without("etcd2"), WELL])
    assert told.watching.well(MAIN, excused=frozenset()) is None
    assert told.now == 1.0


def test_patience_ends() -> None:
    """It says who is not well, after how long, and that nothing more is touched."""
    told = Telling([without("etcd2", "etcd3")])
    trouble = told.watching.well(MAIN, excused=frozenset())
    assert trouble is not None
    assert trouble.reason == ("etcd main is not well after 10 s: etcd2, etcd3 are not healthy")
    assert "nothing more is touched" in trouble.remedy


def test_who_was_sick_before_is_not_waited_for() -> None:
    """A member that we did not touch and that was away already holds nothing up."""
    told = Telling([without("etcd3")])
    excused = told.watching.sick_before(MAIN, {"etcd1"})
    assert excused == {"etcd3"}
    assert told.watching.well(MAIN, excused=excused) is None


def test_right_before_a_restart_the_others_are_asked_again() -> None:
    """All were well when the plan was made; now one is away, and the restart is forbidden."""
    trouble = Telling([without("etcd3")]).watching.forbids(MAIN, "etcd1")
    assert trouble is not None
    assert "would have no quorum: etcd3 is not healthy" in trouble.reason
    assert Telling([WELL]).watching.forbids(MAIN, "etcd1") is None


def test_a_replica_that_became_the_leader_is_not_restarted() -> None:
    """A failover came between plan and step."""
    moved = {name: settled(wanted, leader="pg2") for name, wanted in SITE.items()}
    trouble = Telling([moved]).watching.forbids(SHOP, "pg2")
    assert trouble is not None
    assert "pg2 has become the leader of shop meanwhile" in trouble.reason
    assert Telling([moved]).watching.forbids(SHOP, "pg1") is None


def test_a_switchover_is_over_when_another_leads_and_all_are_well() -> None:
    """Between nobody leading and the former leader streaming, it waits."""
    nobody = {m: silent(o) if m in PG else o for m, o in WELL.items()}
    moved = {name: settled(wanted, leader="pg2") for name, wanted in SITE.items()}
    told = Telling([WELL, nobody, moved | {"pg1": silent(moved["pg1"])}, moved])
    assert told.watching.led_by_another(SHOP, "pg1") is None
    assert told.now == 1.5
    stuck = Telling([WELL]).watching.led_by_another(SHOP, "pg1")
    assert stuck is not None
    assert "was asked to switch over" in stuck.reason


def test_every_member_counts() -> None:
    """The scene's groups are what the tests speak of."""
    assert (MAIN.members, SHOP.members) == (ETCD, PG)
