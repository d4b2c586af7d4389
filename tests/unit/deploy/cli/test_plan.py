import json

from jobs.fence import Fence
from jobs.remote import FileFault, HostFailure, Phase
from tests.fakes.host import FakeJournal
from tests.fakes.witness import SYSTEM
from tests.unit.deploy.cli.desk import Operator
from tests.world import ENV, World


def test_shows_old_and_new_and_changes_nothing(ann: Operator) -> None:
    """Each changed key with both values, the restart, and no effect on any host."""
    ann.world.fail_over("pg2")
    seen = ann.types("plan", "shop")
    assert seen.exit_code == 0
    assert "DB_HOST  10.0.0.1 → 10.0.0.2" in seen.stdout
    assert "restart  store (systemd)" in seen.stdout
    assert "DB_PORT" not in seen.stdout
    assert ann.world.hosts.effects == []
    assert "DB_HOST=10.0.0.1\n" in ann.world.env("web1")


def test_a_host_that_is_right_rests(ann: Operator) -> None:
    """Where nothing changes, nothing is said to restart."""
    seen = ann.types("plan", "shop", "--host", "web2")
    assert "web2: right already" in seen.stdout
    assert "web1" not in seen.stdout
    assert "restart" not in seen.stdout


def test_blocked_hosts_say_what_would_lift_it(ann: Operator) -> None:
    """An unreachable host and a missing file are named with their remedy; exit code 1."""
    world = ann.world
    world.hosts.at("10.0.1.1").down = HostFailure(
        kind="unreachable", reason="web1 does not answer", remedy="look whether it runs"
    )
    world.hosts.at("10.0.1.2").faults[ENV] = FileFault(
        path=ENV, reason="is immutable", remedy="chattr -i"
    )
    seen = ann.types("plan", "shop")
    assert seen.exit_code == 1
    assert "web1: blocked: web1 does not answer\n  look whether it runs" in seen.stdout
    assert f"web2: blocked: {ENV}: is immutable\n  chattr -i" in seen.stdout


def _journal(world: World, phase: Phase, epoch: int) -> None:
    fence = Fence(system=SYSTEM, pg_timeline=1, epoch=epoch)
    world.hosts.at("10.0.1.1").journals["shop"] = FakeJournal(phase=phase, fence=fence)


def test_a_higher_fence_blocks(ann: Operator) -> None:
    """A host that holds a newer fence would refuse: the plan says so and names the way out."""
    _journal(ann.world, Phase.CHECKED, 99)
    seen = ann.types("plan", "shop", "--host", "web1")
    assert seen.exit_code == 1
    assert "pgbaton reset-fence shop --host web1" in seen.stdout


def test_an_unfinished_swap_would_be_resumed(ann: Operator) -> None:
    """What a dead worker left is part of the plan."""
    _journal(ann.world, Phase.WRITTEN, 7)
    seen = ann.types("plan", "shop", "--host", "web1")
    assert "an unfinished swap (phase written) would be resumed" in seen.stdout
    assert "restart  store (systemd)" in seen.stdout


def test_without_a_leader_no_host_is_asked(ann: Operator) -> None:
    """Without a confirmed verdict there is nothing to plan; the exit code is the verdict's."""
    ann.world.dcs.delete_leader("shop")
    seen = ann.types("plan", "shop", "--json")
    told = json.loads(seen.stdout)
    assert (seen.exit_code, told["verdict"], told["hosts"]) == (4, "not-yet", {})


def test_json_names_every_change(ann: Operator) -> None:
    """A script gets files, keys, restarts and the held fence of each host."""
    ann.world.fail_over("pg2")
    told = json.loads(ann.types("plan", "shop", "--json").stdout)["hosts"]["web1"]
    change = {"key": "DB_HOST", "old": "10.0.0.1", "new": "10.0.0.2"}
    assert told["files"] == [{"path": ENV, "changes": [change]}]
    assert (told["outcome"], told["restarts"]) == ("changes", ["store (systemd)"])


def test_unknown_host_names_those_there_are(ann: Operator) -> None:
    """A host that does not follow the cluster is a wrong call."""
    seen = ann.types("plan", "shop", "--host", "web9")
    assert seen.exit_code == 2
    assert "there is: web1, web2" in seen.stderr
