"""Where a push goes on without a machine, and where it stops altogether."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from deploy.push import Course, Doing, Sight, Trouble, Wishes, carry_out, order, tell
from tests.unit.deploy.push.scene import ETCD, UNITS, WORKERS, fresh, settled, sight, site, stale


@dataclass
class Failing:
    """Hands that do everything, but for the steps that begin so."""

    at: str
    machine: str
    did: list[str] = field(default_factory=list)

    def do(self, step: Doing) -> tuple[Trouble, ...]:
        self.did.append(tell(step))
        if not tell(step).startswith(self.at):
            return ()
        return (Trouble(machine=self.machine, reason="no", remedy="mend it"),)

    def begins(self, step: Doing) -> None: ...
    def ended(self, step: Doing, troubles: tuple[Trouble, ...]) -> None: ...


def carried(seen: Sight, failing: Failing) -> Course:
    return carry_out(order(seen), failing, failing)


def old_etcd() -> Sight:
    found = {name: settled(wanted) for name, wanted in site().items()}
    found |= {m: stale(found[m], [u.name for u in UNITS[m]]) for m in (*ETCD, "control")}
    return sight(found, machines=(*ETCD, "control"))


def test_one_at_a_time_stops_at_the_first_that_is_not_well() -> None:
    """The second etcd does not come back: no third restart, nor anything that leans on etcd."""
    failing = Failing(at="etcd2", machine="etcd2")
    course = carried(old_etcd(), failing)
    assert not any(line.startswith("etcd3") for line in failing.did)
    assert not course.whole
    assert [tell(s)[:7] for s in course.undone] == ["etcd3: ", "control", "control"]


def test_a_machine_that_fails_on_the_ground_is_left_out() -> None:
    """One of many cannot be prepared: the others go on, and nothing more is tried on that one."""
    found = {name: fresh(wanted) for name, wanted in site().items()}
    failing = Failing(at="shop1", machine="shop1")
    course = carried(sight(found), failing)
    assert [t.machine for t in course.troubles] == ["shop1"]
    assert sum("shop1" in line for line in failing.did) == 1
    assert any(line.startswith("etcd1") for line in failing.did)


def test_a_machine_without_its_program_runs_nothing_new() -> None:
    """The program could not be put on one machine: its processes are left as they are."""
    wanted = site()
    wanted["control"] = replace(wanted["control"], program="new")
    found = {name: settled(one) for name, one in wanted.items()}
    failing = Failing(at="put pgbaton's program", machine="control")
    course = carried(sight(found, of=wanted), failing)
    assert failing.did == ["put pgbaton's program on control"]
    assert len(course.undone) == len(WORKERS)


def test_the_first_of_many_who_shuts_its_door_is_followed_by_nobody() -> None:
    """A firewall that locks us out is put on one machine, not on all of them."""
    wanted = site()
    ssh = UNITS["shop1"][0]
    for name in (*ETCD, "shop1"):
        units = tuple({*wanted[name].blueprint.units, ssh})
        wanted[name] = replace(wanted[name], blueprint=replace(wanted[name].blueprint, units=units))
    found = {name: fresh(one) for name, one in wanted.items()}
    failing = Failing(at="etcd1", machine="etcd1")
    course = carried(sight(found, of=wanted), failing)
    assert failing.did == ["etcd1: start ssh, then a new login"]
    assert course.undone


def test_what_is_left_makes_a_push_not_whole() -> None:
    """The leader's restart waits for a switchover: everything else is done, and the end says so."""
    found = {name: settled(wanted) for name, wanted in site().items()}
    found["pg1"] = stale(found["pg1"], ["patroni.service"])
    nothing = Failing(at="never", machine="")
    course = carried(sight(found), nothing)
    assert (course.troubles, course.undone, len(course.left)) == ((), (), 1)
    assert not course.whole
    assert carried(sight(found, wishes=Wishes(switchover=True)), nothing).whole
