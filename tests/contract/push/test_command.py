"""The command itself, over a real connection, from an inventory and a folder of keys."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.push.bench import Bench
from tests.contract.push.whole import Whole
from tests.waiting import until

ROOT_KEYS = "/etc/ssh/authorized_keys.d/deploy"


@pytest.fixture
def whole(bench: Bench, tmp_path: Path) -> Iterator[Whole]:
    """A site of one host, which holds nothing of it yet."""
    yield Whole(bench, tmp_path)
    (bench.machine.root / "authorized_keys_deploy").unlink()


def test_check_push_check(bench: Bench, whole: Whole) -> None:
    """Drift: 1 and nothing changed; a push: 0 and the plan's lines done; no drift: 0."""
    code, out, errors = whole.run("--check")
    assert (code, errors) == (1, ""), out
    assert "0 of 1 machines hold what the inventory says" in out
    assert not bench.state.exists()
    assert not bench.at(ROOT_KEYS).exists()
    code, out, errors = whole.run()
    assert (code, errors) == (0, ""), out
    assert "done" in out
    code, out, errors = whole.run("--check")
    assert (code, out) == (0, "1 of 1 machines hold what the inventory says\n"), errors


def test_the_end_is_what_a_last_look_finds(bench: Bench, whole: Whole) -> None:
    """Every step came about, and yet somebody there writes over a file: 1, and what is still to be done."""
    (bench.units / "on-reload").write_text(f"echo theirs >>{ROOT_KEYS}\n")
    code, out, errors = whole.run()
    assert (code, errors) == (1, ""), out
    assert "failed" not in out
    assert out.splitlines()[-1] == "shop1: 1 file, then a new login"


def test_the_client_dies_in_the_middle(bench: Bench, whole: Whole) -> None:
    """kill -9 while a machine is at the n-th effect: the lock is free at once, the command there ends what it
    has begun, and the next push finishes the rest."""
    for number in (3, 9):
        bench.fresh()
        bench.arm(wait=number)
        with whole.begin() as process:
            try:
                until((bench.bombs / "waiting").exists)
            finally:
                process.kill()
        bench.disarm()
        code, out, errors = whole.run("--json")
        assert code == 0, (out, errors)
        assert json.loads(out)["failed"] == []
        assert whole.run("--check")[0] == 0
        starts = [line for line in bench.log() if line.startswith(("start ", "restart "))]
        assert len(starts) == len(set(starts)), starts


def test_ctrl_c(bench: Bench, whole: Whole) -> None:
    """It ends at once, says at which step, and that the next push goes on there."""
    bench.arm(wait=9)
    with whole.begin() as process:
        try:
            until((bench.bombs / "waiting").exists)
            process.send_signal(signal.SIGINT)
            out, errors = process.communicate(timeout=10)
        finally:
            process.kill()
    bench.disarm()
    assert process.returncode == 1, (out, errors)
    assert "broken off at: shop1: " in out
    assert "push again finishes the rest" in out


def test_the_connection_dies_in_the_middle(bench: Bench, whole: Whole) -> None:
    """sshd's sessions are killed at an effect: the push says so, and the next one finishes."""
    bench.arm(wait=5)
    with whole.begin() as process:
        try:
            until((bench.bombs / "waiting").exists)
            bench.machine.inside("pkill", "-9", "-f", "^sshd(-session)?: deploy")
            bench.disarm()
            out, errors = process.communicate(timeout=40)
        finally:
            process.kill()
    assert process.returncode == 1, (out, errors)
    assert "ended before its answer" in out
    code, out, errors = whole.run()
    assert code == 0, (out, errors)


def test_json_tells_the_whole_push(whole: Whole) -> None:
    """Differences, steps, and who could not be asked, as one document."""
    code, out, _ = whole.run("--check", "--json")
    said = json.loads(out)
    assert code == 1
    assert said["machines"] == ["shop1"]
    assert said["same"] == []
    assert any("new" in line for line in said["differences"]["shop1"])
    assert said["steps"]
    assert said["unreachable"] == []


def test_a_machine_that_cannot_be_asked(bench: Bench, tmp_path: Path) -> None:
    """69 and its name with the reason; the others are pushed all the same."""
    more = '[machines.gone]\naddress = "127.0.0.9"\nssh = "127.0.0.9:1"\nruns = []\n'
    whole = Whole(bench, tmp_path, more=more)
    code, out, errors = whole.run()
    assert code == 69, (out, errors)
    assert "gone: 127.0.0.9:1 cannot be reached" in out
    code, out, _ = whole.run("--check")
    assert code == 69
    assert "1 of 2 machines hold what the inventory says" in out


def test_a_name_that_is_no_machine(whole: Whole) -> None:
    """2, with the names there are."""
    code, _, errors = whole.run("--machine", "shop9")
    assert code == 2
    assert "no machine is called 'shop9'\n  there is: shop1" in errors
