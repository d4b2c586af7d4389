"""What a machine says no to: each with its reason, what lifts it, and nothing changed."""

from __future__ import annotations

import fcntl
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.blueprint import RenderedFile, Unit
from deploy.push import Course, Trouble, Wishes, differences, survey, tell
from deploy.push.link import Link
from tests.contract.push.bench import Bench, blueprint

GOOD = RenderedFile(path="/etc/pushed/good", text="good\n")


def only(course: Course) -> Trouble:
    """The one trouble of a push that ended early."""
    (trouble,) = course.troubles
    assert not course.whole
    assert trouble.remedy
    return trouble


def test_a_path_that_is_a_directory(bench: Bench) -> None:
    """It is named and stays; the file beside it is not put either."""
    bench.at("/etc/pushed/conf").mkdir()
    trouble = only(bench.push(blueprint(GOOD, RenderedFile(path="/etc/pushed/conf", text="x"))))
    assert trouble.reason == "/etc/pushed/conf is a directory there"
    assert [p.name for p in bench.at("/etc/pushed").iterdir()] == ["conf"]


def test_a_parent_that_is_a_file(bench: Bench) -> None:
    """No folder can be made there: the message says whose place it is."""
    bench.at("/etc/pushed/conf").write_text("somebody's")
    trouble = only(bench.push(blueprint(RenderedFile(path="/etc/pushed/conf/x", text="x"))))
    assert "no file can be put at /etc/pushed/conf/x" in trouble.reason
    assert bench.at("/etc/pushed/conf").read_text() == "somebody's"


def test_a_user_who_is_missing(bench: Bench) -> None:
    """Nothing is put, and the message says that a package brings the account."""
    file = RenderedFile(path="/etc/pushed/conf", text="x", owner="nobody-of-that-name")
    trouble = only(bench.push(blueprint(GOOD, file)))
    assert "/etc/pushed/conf cannot be given to its owner" in trouble.reason
    assert "--install" in trouble.remedy
    assert not list(bench.at("/etc/pushed").iterdir())


WEB = Unit(name="web.service", class_="host")


def test_a_unit_that_is_masked(bench: Bench) -> None:
    """Somebody wants it not to run: it is named with what lifts that, and is not started."""
    (bench.units / WEB.name).mkdir()
    (bench.units / WEB.name / "masked").touch()
    trouble = only(bench.push(blueprint(GOOD, units=(WEB,))))
    assert trouble.reason == "web.service is masked there, and should run"
    assert trouble.remedy.startswith("systemctl unmask web.service")
    assert not bench.log()


def test_a_unit_that_ends_right_after_its_start(bench: Bench) -> None:
    """systemctl says that it started; a moment later it is seen to have failed, and the next push tries again."""
    (bench.units / WEB.name).mkdir()
    (bench.units / WEB.name / "failing").touch()
    trouble = only(bench.push(blueprint(units=(WEB,))))
    assert trouble.reason.startswith("web.service: ")
    assert "journalctl -u web.service" in trouble.remedy
    assert [tell(step) for step in bench.look(blueprint(units=(WEB,))).steps] == ["one: start web"]


@pytest.fixture
def small(bench: Bench) -> Iterator[str]:
    """A disk of 64 KiB on the machine."""
    bench.at("/etc/pushed/small").mkdir()
    bench.machine.inside("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "/etc/pushed/small")
    yield "/etc/pushed/small"
    bench.machine.inside("umount", "/etc/pushed/small")


def test_a_full_disk(bench: Bench, small: str) -> None:
    """What does not fit is not put, nor what would have; nothing staged is left."""
    big = RenderedFile(path=f"{small}/big", text="x" * 100_000)
    trouble = only(bench.push(blueprint(GOOD, big)))
    assert f"{small}/big cannot be written" in trouble.reason
    assert "free space" in trouble.remedy
    assert [p.name for p in bench.at("/etc/pushed").iterdir()] == ["small"]
    assert not bench.machine.inside("ls", "-A", small).stdout


def test_sudo_without_rights(bench: Bench) -> None:
    """Whoever may not become root is named, with the line that lets them."""
    bench.user = "stranger"
    found = bench.look(blueprint(GOOD))
    (trouble,) = found.silent
    assert trouble.reason.startswith("stranger may not become root there: ")
    assert "stranger ALL=(root) NOPASSWD: ALL" in trouble.remedy
    assert not found.steps


def test_another_host_key(bench: Bench, tmp_path: Path) -> None:
    """Nothing is said to such a machine: both fingerprints stand side by side, and what to do in either case."""
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    other = " ".join(key.with_suffix(".pub").read_text().split()[:2])
    host = bench.machine.host("deploy", host_keys=(other,))
    trouble = Link(machine="one", host=host, key=bench.key).ask("read", timeout=10)
    assert isinstance(trouble, Trouble)
    prints = [
        _fingerprint(key.with_suffix(".pub")),
        _fingerprint(bench.machine.root / "host_key.pub"),
    ]
    assert all(one in trouble.reason for one in prints), (trouble, prints)
    assert "[machines.one] host_keys" in trouble.remedy
    assert not trouble.asked


def _fingerprint(path: Path) -> str:
    said = subprocess.run(
        ["ssh-keygen", "-lf", str(path)], check=True, capture_output=True, text=True
    )
    return said.stdout.split()[1]


def test_a_second_push_at_the_same_time(bench: Bench) -> None:
    """It is refused with who is at work since when; when that one ends, however, the machine is free."""
    first, second = (bench.crew(blueprint(GOOD)) for _ in range(2))
    try:
        assert not first.hold(["one"], by="root@desk")
        (trouble,) = second.hold(["one"], by="somebody").values()
        assert trouble.reason.startswith("another push is at work: root@desk, since ")
        first.close()
        bench.free()
        assert not second.hold(["one"], by="somebody")
    finally:
        first.close()
        second.close()


def test_a_command_of_a_push_that_died(bench: Bench) -> None:
    """It ends what it has begun; until then the next push is sent away, rather than let in beside it."""
    bench.push(blueprint(GOOD))
    crew = bench.crew(blueprint(GOOD))
    with (bench.state / "work").open("a") as work:
        fcntl.flock(work, fcntl.LOCK_EX)
        try:
            (trouble,) = crew.hold(["one"], by="the next").values()
        finally:
            crew.close()
    assert trouble.asked
    assert trouble.reason == "a command of an earlier push is still at work"


def test_a_secret_is_never_shown(bench: Bench) -> None:
    """Neither the old nor the new content of a secret file is in the differences, the plan or a value's repr."""
    old, new = secrets.token_hex(16), secrets.token_hex(16)
    path = "/etc/pushed/secret"
    bench.at(path).write_text(old)
    file = RenderedFile(path=path, text=new, secret=True, mode=0o600)
    crew = bench.crew(blueprint(file, GOOD))
    try:
        found = survey(crew, ("one",), Wishes())
        lines = differences(crew, found.changes, found.found)
        shown = "\n".join([*lines["one"], *map(tell, found.steps), repr(found)])
    finally:
        crew.close()
    assert f"one:{path}: changed (secret)" in shown
    assert old not in shown
    assert new not in shown


def test_a_difference_is_shown_as_one(bench: Bench) -> None:
    """A unified diff of what anybody may see; owner and mode in words."""
    bench.at("/etc/pushed/good").write_text("bad\n")
    bench.at("/etc/pushed/good").chmod(0o600)
    crew = bench.crew(blueprint(GOOD))
    try:
        found = survey(crew, ("one",), Wishes())
        lines = differences(crew, found.changes, found.found)["one"]
    finally:
        crew.close()
    assert lines == (
        "one:/etc/pushed/good: root:root 0600 → root:root 0644",
        "--- one:/etc/pushed/good",
        "+++ one:/etc/pushed/good (inventory)",
        "@@ -1 +1 @@",
        "-bad",
        "+good",
    )


def test_only_what_a_push_put_is_removed(bench: Bench) -> None:
    """A file that the blueprint no longer has is named, and goes with --prune; one of somebody else stays."""
    bench.at("/etc/pushed/foreign").write_text("somebody's")
    bench.push(blueprint(GOOD, RenderedFile(path="/etc/pushed/old", text="old\n")))
    assert not bench.push(blueprint(GOOD)).whole
    assert bench.at("/etc/pushed/old").exists()
    assert bench.push(blueprint(GOOD), wishes=Wishes(prune=True)).whole
    assert sorted(p.name for p in bench.at("/etc/pushed").iterdir()) == ["foreign", "good"]
    assert not bench.look(blueprint(GOOD)).steps


def test_accounts_and_folders_first(bench: Bench) -> None:
    """A file may belong to an account, and lie in a folder, that the same push makes."""
    wanted = blueprint(
        RenderedFile(path="/etc/pushed/in/conf", text="x\n", owner="pushed", group="pushed"),
        RenderedFile(
            path="/etc/tmpfiles.d/pushed-1.conf", text="d /etc/pushed/in 0750 pushed pushed\n"
        ),
        RenderedFile(path="/etc/sysusers.d/pushed-1.conf", text="u pushed 4321\n"),
    )
    assert bench.push(wanted).whole
    folder = bench.at("/etc/pushed/in")
    assert (folder.stat().st_uid, folder.stat().st_mode & 0o777) == (4321, 0o750)
    assert (folder / "conf").stat().st_uid == 4321
