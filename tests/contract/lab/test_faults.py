"""A fault does what it says, and what heals it heals it."""

from __future__ import annotations

import signal
import time

import pytest

from deploy.lab import faults, layout
from deploy.lab.etcd import all_healthy, etcd_healthy
from deploy.lab.lab import Lab
from deploy.lab.machine import LabError
from deploy.lab.nemesis.disk import DATA, FillDisk, small_disks
from deploy.lab.nemesis.oneway import Mute, Parch
from deploy.lab.process import Process, about, children, own_id, status, wait_for, wait_until


def reaches(lab: Lab, name: str, target: str, *, within: int = 20) -> bool:
    """Whether etcd on `target` answers a machine."""
    url = f"http://{layout.ADDRESSES[target]}:2379/health"
    done = lab.machines[name].run(["curl", "-fsS", "--max-time", str(within), url])
    return done.returncode == 0


def silent(lab: Lab, name: str, target: str) -> bool:
    """Whether etcd on `target` answers a machine nothing within a second."""
    return not reaches(lab, name, target, within=1)


def state_of(process: Process) -> str:
    """Name and state of the process itself, as /proc shows them: `sleep S`."""
    pid = process.pid or 0
    return f"{about(pid, 'comm').strip()} {(status(pid) or '-')[0]}"


def test_a_partition_cuts_only_what_it_names(lab: Lab) -> None:
    """Packets to and from the named machines are dropped until it is healed, others pass."""
    assert reaches(lab, "pg1", "etcd1")
    faults.partition(lab, "pg1", ["etcd1", "etcd2"])
    assert silent(lab, "pg1", "etcd1")
    assert reaches(lab, "pg1", "etcd3")
    assert reaches(lab, "pg2", "etcd1")
    faults.heal(lab, "pg1")
    assert reaches(lab, "pg1", "etcd1")


def test_a_mute_machine_is_mute_to_whom_it_names(lab: Lab) -> None:
    """What it sends is dropped, so that it gets no answer; others answer it, and it is healed."""
    mute = Mute("pg1", ("etcd1",))
    mute.inject(lab)
    assert silent(lab, "pg1", "etcd1")
    assert reaches(lab, "pg1", "etcd2")
    mute.heal(lab)
    assert reaches(lab, "pg1", "etcd1")


def test_a_parched_replica_reaches_all_but_the_wal(lab: Lab) -> None:
    """PostgreSQL's port at one member is refused at once; that member's other ports are not."""
    port, parch = str(layout.POSTGRESQL_PORT), Parch("pg1", "pg2")
    parch.inject(lab)
    listeners = [lab.machines["pg2"].start(f"at-{at}", _listener(at)) for at in (port, "8008")]
    wait_until("both to listen", lambda: _connects(lab, "8008") == "connected", seconds=20)
    assert _connects(lab, port) == "refused"
    parch.heal(lab)
    wait_until("the WAL", lambda: _connects(lab, port) == "connected", seconds=20)
    for listener in listeners:
        listener.stop()


def _listener(port: str) -> list[str]:
    serve = (
        "import socket, sys, time; s = socket.create_server(('', int(sys.argv[1]))); time.sleep(99)"
    )
    return ["python3", "-c", serve, port]


def _connects(lab: Lab, port: str) -> str:
    """How a connection from pg1 to a port of pg2 ends."""
    url = f"telnet://{layout.MEMBERS['pg2']}:{port}"
    done = lab.machines["pg1"].run(["curl", "-sv", "--max-time", "0.5", url])
    return "connected" if "Connected to" in done.stderr else "refused"


def test_a_full_disk_is_a_member_s_own(lab: Lab) -> None:
    """The real machine's is never filled; a small one takes no byte more until it is healed."""
    full, touch = FillDisk("pg2"), ["sh", "-c", f"echo order >{DATA}/order"]
    with pytest.raises(LabError, match="has no disk of its own"):
        full.inject(lab)
    small_disks(4)(lab)
    full.inject(lab)
    assert lab.machines["pg2"].run(touch, user="postgres").returncode != 0
    assert lab.machines["pg3"].run(touch, user="postgres").returncode == 0
    full.heal(lab)
    assert lab.machines["pg2"].run(touch, user="postgres").returncode == 0


def test_a_cut_link_is_mended(lab: Lab) -> None:
    """Nobody is reached while it is down; neighbours are found again within seconds."""
    lab.switch.cut("pg3")
    assert silent(lab, "pg3", "etcd1")
    lab.switch.mend("pg3")
    wait_until("pg3 to be back", lambda: reaches(lab, "pg3", "etcd1", within=1), seconds=20)


def test_a_frozen_process_is_the_process_itself(lab: Lab) -> None:
    """SIGSTOP and SIGCONT reach what was started, not the door it came in by."""
    sleeper = lab.machines["control"].start("sleeper", ["sleep", "100"])
    wait_until("it to sleep", lambda: state_of(sleeper) == "sleep S", seconds=20)
    faults.freeze(lab, "control", "sleeper")
    wait_until("it to stop", lambda: state_of(sleeper) == "sleep T", seconds=20)
    faults.thaw(lab, "control", "sleeper")
    wait_until("it to sleep again", lambda: state_of(sleeper) == "sleep S", seconds=20)
    faults.kill(lab, "control", "sleeper")
    assert sleeper.outer.wait(timeout=20) in {-signal.SIGKILL, 128 + signal.SIGKILL}


def test_who_is_frozen_again_at_once_stays_so(lab: Lab) -> None:
    """nsenter wakes its child as it goes on itself, and that must be over when a thaw is."""
    sleeper = lab.machines["control"].start("sleeper", ["sleep", "100"])
    wait_until("it to sleep", lambda: state_of(sleeper) == "sleep S", seconds=20)
    for _ in range(20):
        faults.freeze(lab, "control", "sleeper")
        faults.thaw(lab, "control", "sleeper")
        faults.freeze(lab, "control", "sleeper")
        time.sleep(0.02)
        assert state_of(sleeper) == "sleep T"
        faults.thaw(lab, "control", "sleeper")
    faults.kill(lab, "control", "sleeper")
    assert sleeper.outer.wait(timeout=20) in {-signal.SIGKILL, 128 + signal.SIGKILL}


def test_an_unknown_process_is_named(lab: Lab) -> None:
    """The message says what was looked for, and where."""
    with pytest.raises(LabError, match="no process patroni lives on control"):
        faults.kill(lab, "control", "patroni")


def test_etcd_without_quorum_comes_back(lab: Lab) -> None:
    """Two of three that are stopped answer nobody; started again they have what they had."""
    faults.stop_etcd(lab, ["etcd2", "etcd3"])
    assert silent(lab, "pg1", "etcd2")
    assert not etcd_healthy(layout.ETCD["etcd1"])
    faults.return_etcd(lab, ["etcd2", "etcd3"])
    wait_until("etcd's quorum", all_healthy, seconds=30)
    assert reaches(lab, "pg1", "etcd2")


def test_etcd_that_starts_among_hung_ones_holds_nobody_up(lab: Lab) -> None:
    """Whoever heals one of several faults goes on to the next: that all are well is asked at the end."""
    faults.stop_etcd(lab, ["etcd1"])
    hung = faults.find(lab, "etcd3", "etcd")
    hung.signal(signal.SIGSTOP)
    began = time.monotonic()
    faults.return_etcd(lab, ["etcd1"])
    assert time.monotonic() - began < 3
    hung.signal(signal.SIGCONT)
    wait_until("etcd's quorum", all_healthy, seconds=30)


def test_a_postmaster_that_is_not_there_is_said(lab: Lab) -> None:
    """A drill whose fault did nothing would prove nothing."""
    with pytest.raises(LabError, match="the postmaster of pg1 was not killed"):
        faults.kill_postmaster(lab, "pg1")


def test_whoever_is_muted_reaches_one_port_no_more(lab: Lab) -> None:
    """Packets for that port are dropped until it is healed; every other port is reached."""
    assert reaches(lab, "pg2", "etcd1")
    faults.mute(lab, "pg2", 2379)
    assert silent(lab, "pg2", "etcd1")
    assert reaches(lab, "pg1", "etcd1")
    faults.unmute(lab, "pg2")
    assert reaches(lab, "pg2", "etcd1")


def test_a_hook_finds_another_clock(lab: Lab) -> None:
    """`date` is behind in the hook's own path, a date that is asked for is not moved, and healing takes
    nothing else out of the hook's file."""
    conf = lab.folder / "pg1/hook.conf"
    conf.write_text("sender=pg1\n")
    faults.shift_clock(lab, "pg1", 600)
    path = conf.read_text().splitlines()[-1].removeprefix("path=")
    asked = "date +%s; date -u -d @7 +%s; command -v curl openssl >/dev/null && echo both"
    before = int(time.time())
    done = lab.machines["pg1"].run(["env", f"PATH={path}", "sh", "-c", asked], user="postgres")
    behind, seven, both = done.stdout.split()
    assert before <= int(behind) + 600 <= time.time()
    assert (seven, both) == ("7", "both")
    faults.right_clock(lab, "pg1")
    assert conf.read_text() == "sender=pg1\n"


def test_all_that_a_process_started_is_frozen_with_it(lab: Lab) -> None:
    """A gunicorn whose workers went on would not be slow; each process is known by its machine's own id."""
    shell = lab.machines["control"].start("family", ["sh", "-c", "sleep 100 & wait"])
    below = wait_for("its child", lambda: sleeper_below(shell.pid), seconds=20)
    inside = lab.machines["control"].run(["pgrep", "-x", "sleep"]).stdout.split()
    assert str(own_id(below)) in inside
    faults.freeze_all(lab, "control", "family")
    wait_until("both to stop", lambda: stopped(below) and stopped(shell.pid), seconds=20)
    faults.thaw_all(lab, "control", "family")
    wait_until("both to go on", lambda: not (stopped(below) or stopped(shell.pid)), seconds=20)
    faults.kill_all(lab, "control", "family")
    wait_until("both to end", lambda: own_id(below) is None, seconds=20)


def sleeper_below(pid: int | None) -> int | None:
    """The `sleep` that a shell started: until it is one, it is another shell."""
    below = children(pid) if pid is not None else []
    return next((one for one in below if about(one, "comm") == "sleep\n"), None)


def stopped(pid: int | None) -> bool:
    return pid is not None and status(pid)[:1] == ["T"]
