"""What Patroni sees of the hook, and what is left when Patroni kills it."""

import contextlib
import json
import os
import signal
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.lab.process import status
from tests.contract.hook.node import Node, of_each
from tests.contract.hook.receiver import Receiver, silent, unreachable
from tests.parts import require_root
from tests.waiting import until

LIMIT = 0.1  # seconds
LONGEST_START = 0.02  # seconds that pass before a callback is killed, at most


def durations(node: Node) -> list[float]:
    """Call back 20 times, and return the sorted seconds."""
    taken = []
    for _ in range(20):
        start = time.perf_counter()
        node.callback()
        taken.append(time.perf_counter() - start)
        time.sleep(0.06)  # the deliverer's own start is over by then
    return sorted(taken)


@pytest.mark.parametrize(
    ("shell", "webhook"),
    [
        ("dash", "up"),
        ("dash", "down"),
        ("dash", "silent"),
        ("dash", "unreachable"),
        ("bash", "unreachable"),
    ],
    indirect=["shell"],
)
def test_returns_at_once(
    node: Node,
    receiver: Receiver,
    webhook: str,
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    """The callback returns within 100 ms, whatever the webhook does, and its pipes are closed by then."""
    with contextlib.ExitStack() as stack:
        if webhook == "up":
            receiver.up()
        elif webhook != "down":
            hole = silent if webhook == "silent" else unreachable
            node.urls = [stack.enter_context(hole())]
            node.write()
        taken = durations(node)
    milliseconds = f"median {statistics.median(taken) * 1000:.1f}, longest {taken[-1] * 1000:.1f}"
    record_testsuite_property(f"hook ms, {node.shell.name}, webhook {webhook}", milliseconds)
    # A few of them may meet a machine that is busy with something else.
    assert taken[15] <= LIMIT, taken


@pytest.mark.parametrize("step", range(8))
def test_killed_callback_leaves_whole_events(node: Node, receiver: Receiver, step: int) -> None:
    """A callback killed at any instant leaves its event whole or not at all, and the flush delivers it."""
    for _ in range(3):
        process = subprocess.Popen(
            node.command("on_role_change", "primary", "main"),
            env={},
            cwd=node.folder,  # by which node.end() knows what was orphaned in the midst of an exec
            start_new_session=True,
        )
        time.sleep(LONGEST_START * step / 8)
        kill_as_patroni(process.pid)
        process.wait(20)
    node.end()
    whole = {json.loads(path.read_bytes())["id"] for path in node.spooled()}
    receiver.up()
    assert node.run("--flush").returncode == 0
    # A rename that was under way when its callback died may still have come to pass.
    assert whole <= {post.event["id"] for post in receiver.posts}
    assert (node.spooled(), node.rejected()) == ([], [])


def test_deliverer_survives_its_parents(node: Node, receiver: Receiver, tmp_path: Path) -> None:
    """The deliverer is a session of its own, outlives Patroni's whole tree, and delivers."""
    hook = " ".join(map(str, node.command("on_start", "replica", "main")))
    patroni = subprocess.Popen(
        [str(node.shell), "-c", f"{hook}; touch {tmp_path}/called; sleep 60"],
        env={"PATH": "/usr/bin:/bin"},
        start_new_session=True,
    )
    until((tmp_path / "called").exists, seconds=20)
    until(node.log, seconds=20)
    kill_as_patroni(patroni.pid)
    patroni.wait(20)
    assert node.deliverer() != patroni.pid
    receiver.up()
    assert receiver.wait(1, within=20)[0].event["data"]["action"] == "on_start"


def test_deliverer_holds_nothing_of_its_parents(node: Node) -> None:
    """The deliverer keeps neither Patroni's descriptors nor its folder."""
    node.callback()
    deliverer = node.deliverer()
    # A pipe of its own, from one of its substitutions, lives for milliseconds.
    own = {"/dev/null", str(node.spool / "lock"), str(node.hook)}
    until(lambda: held(deliverer) == own, seconds=20, what=lambda: held(deliverer))
    assert Path(f"/proc/{deliverer}/cwd").readlink() == Path("/")


def held(pid: int) -> set[str]:
    """What its descriptors lead to; one may be closed while they are read."""
    found: set[str] = set()
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found.add(str(fd.readlink()))
    return found


def test_without_setsid(node: Node, receiver: Receiver) -> None:
    """Without setsid the event is delivered all the same, and the log says what is missing."""
    node.without("setsid")
    receiver.up()
    assert node.run("on_stop", "demoted", "main").returncode == 0
    receiver.wait(1, within=20)
    assert "no setsid here" in node.log()


def test_reload_is_no_event(node: Node) -> None:
    """on_reload is neither spooled nor spoken of."""
    node.callback("on_reload")
    assert (node.spooled(), node.log()) == ([], "")


def test_unwritable_spool(node: Node, receiver: Receiver) -> None:
    """When nothing can be spooled, the event is posted from memory and the log says so loudly."""
    receiver.up()
    node.write(spool="/proc/no/spool")
    done = node.run("on_role_change", "primary", "main")
    assert done.returncode == 0
    assert "NOT SPOOLED" in done.stderr
    assert node.signed(receiver.wait(1, within=20)[0])
    node.settle(within=20)


def test_full_disk(node: Node, receiver: Receiver) -> None:
    """An event that would be half on disk counts as not spooled, and is posted from memory."""
    require_root()
    receiver.up()
    script = """
        mount -t tmpfs -o size=16k none "$0"
        cat /dev/zero >"$0/filler" 2>/dev/null
        "$@"
        ls -A "$0" | grep -v filler
    """
    hook = node.command("on_start", "replica", "main")
    command = ["unshare", "-m", "sh", "-c", script, str(node.spool), *hook]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert "NOT SPOOLED" in done.stderr
    assert set(done.stdout.split()) <= {"log"}
    assert node.signed(receiver.wait(1, within=20)[0])


def kill_as_patroni(pid: int) -> None:
    """Suspend a process, kill all its descendants, then itself, as Patroni's CallbackExecutor does."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
    for one in [*descendants(pid), pid]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


def descendants(pid: int) -> list[int]:
    children = [child for child, parent in parents().items() if parent == pid]
    return [*children, *(below for child in children for below in descendants(child))]


def parents() -> dict[int, int]:
    fields = of_each(lambda process: status(int(process.name)))
    return {pid: int(those[1]) for pid, those in fields.items() if those}
