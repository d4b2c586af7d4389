"""Bringing it about: step by step, patient, and never past what is somebody else's."""

from dataclasses import dataclass, field, replace

from deploy.provision import bring
from deploy.provision.bring import Pace, await_running, coming_up
from deploy.provision.steps import Step
from jobs.ports import LinodeUnavailable
from tests.unit.deploy.provision.values import Memory, standing, want


@dataclass(slots=True)
class Waiting:
    """Somebody who notes what is slept and told."""

    slept: list[float] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def pace(self) -> Pace:
        return Pace(sleep=self.slept.append, tell=self.told.append)


@dataclass(slots=True)
class Failing(Memory):
    """An account whose step number `at` fails so often in a row."""

    at: int = 0
    error: LinodeUnavailable | None = None
    times: int = 1

    def make(self, step: Step) -> None:
        if self.error is not None and len(self.made) == self.at and self.times > 0:
            self.times -= 1
            raise self.error
        super(Failing, self).make(step)


def test_it_is_all_there_in_the_end_and_each_step_was_told() -> None:
    """And the second time nothing is made."""
    memory, waiting = Memory(), Waiting()
    done = bring(memory, want(), [], waiting.pace())
    assert done.stopped is None
    assert {item.verdict for item in done.items} == {"leave"}
    assert len(waiting.told) == len(memory.made) == len(done.made)
    again = bring(memory, want(), [], waiting.pace())
    assert (again.made, again.stopped) == ([], None)


def test_wherever_it_fails_the_next_run_finishes_it() -> None:
    """For every step: it says at which it stopped, and nothing is made twice."""
    whole = Memory()
    bring(whole, want(), [], Waiting().pace())
    for at in range(len(whole.made)):
        memory = Failing(at=at, error=LinodeUnavailable("it is down", "wait"))
        done = bring(memory, want(), [], Waiting().pace())
        assert (done.stopped is not None, len(done.made)) == (True, at)
        assert done.at == whole.made[at] or type(done.at) is type(whole.made[at])
        done = bring(memory, want(), [], Waiting().pace())
        assert done.stopped is None
        assert len(memory.made) == len(whole.made)


def test_it_waits_as_long_as_linode_asks() -> None:
    """And goes on by itself; but not for ever."""
    limited = LinodeUnavailable("slow down", "wait", status=429, retry_after=14.0)
    memory, waiting = Failing(at=3, error=limited, times=2), Waiting()
    assert bring(memory, want(), [], waiting.pace()).stopped is None
    assert waiting.slept == [14.0, 14.0]
    assert "Linode asks for patience: going on in 14 s" in waiting.told
    memory, waiting = Failing(at=3, error=limited, times=99), Waiting()
    assert bring(memory, want(), [], waiting.pace()).stopped is limited
    assert sum(waiting.slept) <= 180


def test_nothing_is_made_where_one_label_is_somebody_elses() -> None:
    """Not even what comes before it."""
    asked = want()
    there = standing(asked)
    stranger = replace(there.linodes["pgbaton-pg2"], tags=())
    memory = Memory(found=replace(there, groups={}, linodes={"pgbaton-pg2": stranger}))
    done = bring(memory, asked, [], Waiting().pace())
    assert done.made == []
    assert "foreign" in {item.verdict for item in done.items}


def test_it_waits_until_all_run_and_names_those_that_do_not() -> None:
    """Within the time that it is given."""
    asked = want()
    there = standing(asked)
    late = replace(there.linodes["pgbaton-pg1"], status="booting")
    memory = Memory(found=replace(there, linodes={**there.linodes, "pgbaton-pg1": late}))
    waiting = Waiting()
    labels = [one.label for one in asked.linodes]
    assert await_running(memory, labels, waiting.pace(), within=9) == ("pgbaton-pg1",)
    assert waiting.slept == [3.0, 3.0, 3.0]
    assert await_running(Memory(found=there), labels, waiting.pace(), within=9) == ()


def test_a_machine_that_was_switched_off_is_not_waited_for() -> None:
    """One that is new is, whatever it does at the moment, and one that boots."""
    memory, waiting = Memory(), Waiting()
    asked = want()
    first = bring(memory, asked, [], waiting.pace())
    assert len(coming_up(first, asked)) == 6
    linodes = dict(memory.found.linodes)
    for label, status in (("pgbaton-pg1", "offline"), ("pgbaton-pg2", "booting")):
        linodes[label] = replace(linodes[label], status=status)
    memory.found = replace(memory.found, linodes=linodes)
    second = bring(memory, asked, [], waiting.pace())
    assert coming_up(second, asked) == ("pgbaton-pg2",)
