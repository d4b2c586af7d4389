"""Set-up is tested with a foreign machine's tools replaced by PATH, and its files under a folder."""

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ROOT / "deploy/setup/packages.sh"
REFUSES = "#!/bin/sh\nexit 101\n"
PERMITS = "#!/bin/sh\nexit 0\n"
TOOLS = ("awk", "cat", "cut", "dirname", "readlink", "sha256sum", "tr")

APT = """
case "$*" in
    *-s*) echo 'Inst fresh (1.0 Debian)'; echo 'Inst old [0.9] (1.0 Debian)'; exit 0 ;;
esac
"$PGBATON_SETUP_ROOT/usr/sbin/policy-rc.d" fresh start && echo started || echo "refused $?"
cat "$PGBATON_SETUP_ROOT"/etc/postgresql-common/createcluster.d/* | grep create
: >"$PGBATON_SETUP_ROOT/apt-runs"
[ ! -e "$PGBATON_SETUP_ROOT/hang" ] || exec sleep 20
[ ! -e "$PGBATON_SETUP_ROOT/broken" ] || exit 100
"""
SYSTEMCTL = """
[ "$1" = is-enabled ] && echo enabled || echo "systemctl $*"
"""
DPKG_QUERY = """
echo "/lib/systemd/system/$2.service"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A made-up machine: its files under `files`, its tools in `tools`."""

    files: Path
    tools: Path

    @property
    def policy(self) -> Path:
        return self.files / "usr/sbin/policy-rc.d"

    def start(self, *packages: str) -> subprocess.Popen[str]:
        path = f"{self.tools}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "PGBATON_SETUP_ROOT": str(self.files)}
        # Whoever runs the tests in the background has every child of theirs ignore Ctrl-C.
        command = ["env", "--default-signal=INT", "sh", str(PACKAGES), *packages]
        return subprocess.Popen(
            command,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def run(self, *packages: str) -> tuple[int, str]:
        process = self.start(*packages)
        output, _ = process.communicate(timeout=30)
        return process.returncode, output

    def left_over(self) -> list[str]:
        """Return every file that is still there, but for what the made-up apt wrote."""
        found = (path for path in self.files.rglob("*") if path.is_file())
        names = (str(path.relative_to(self.files)) for path in found)
        return sorted(set(names) - {"apt-runs", "hang", "broken", "run/pgbaton-setup.lock"})


def program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text if text.startswith("#!") else f"#!/bin/sh\n{text.lstrip()}")
    path.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    tools = tmp_path / "tools"
    for name, text in (("apt-get", APT), ("systemctl", SYSTEMCTL), ("dpkg-query", DPKG_QUERY)):
        program(tools / name, text)
    program(tools / "dpkg", 'echo "dpkg $*"')
    (tmp_path / "files").mkdir()
    return Machine(files=tmp_path / "files", tools=tools)


def end_while_apt_runs(machine: Machine, how: signal.Signals) -> int:
    (machine.files / "hang").touch()
    process = machine.start("fresh")
    deadline = time.monotonic() + 30
    while not (machine.files / "apt-runs").exists():
        assert time.monotonic() < deadline, "the made-up apt never ran"
        time.sleep(0.02)
    os.killpg(process.pid, how)
    process.communicate(timeout=30)
    (machine.files / "hang").unlink()
    return process.returncode


def test_nothing_starts_while_packages_are_installed(machine: Machine) -> None:
    """Services are refused and no cluster is created while apt runs; afterwards no file remains."""
    code, output = machine.run("fresh")
    assert code == 0
    assert "refused 101" in output
    assert "create_main_cluster = false" in output
    assert machine.left_over() == []


def test_only_units_that_came_with_new_packages_are_disabled(machine: Machine) -> None:
    """A unit whose package was there before keeps its owner's choice."""
    _, output = machine.run("fresh")
    assert "disable fresh.service" in output
    assert "old.service" not in output


def test_a_foreign_policy_that_permits_starts_comes_back(machine: Machine) -> None:
    """It is aside while apt runs, and the same afterwards."""
    program(machine.policy, PERMITS)
    _, output = machine.run("fresh")
    assert "refused 101" in output
    assert machine.policy.read_text() == PERMITS
    assert machine.left_over() == ["usr/sbin/policy-rc.d"]


def test_a_foreign_policy_that_refuses_is_not_touched(machine: Machine) -> None:
    """A container's own policy-rc.d stays the very same file."""
    program(machine.policy, REFUSES)
    before = machine.policy.stat()
    machine.run("fresh")
    after = machine.policy.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_failing_apt_leaves_nothing_behind(machine: Machine) -> None:
    """The exit code says that it failed, and the guards are gone all the same."""
    (machine.files / "broken").touch()
    code, _ = machine.run("fresh")
    assert code != 0
    assert machine.left_over() == []


@pytest.mark.parametrize("policy", [None, PERMITS])
def test_the_next_run_finishes_a_killed_one(machine: Machine, policy: str | None) -> None:
    """After SIGKILL dpkg is finished under guards, units are disabled, a foreign policy is back."""
    if policy:
        program(machine.policy, policy)
    end_while_apt_runs(machine, signal.SIGKILL)
    assert "by pgbaton" in machine.policy.read_text()
    code, output = machine.run()
    assert code == 0
    assert "dpkg --configure -a" in output
    assert "disable fresh.service" in output
    assert machine.left_over() == (["usr/sbin/policy-rc.d"] if policy else [])
    assert not policy or machine.policy.read_text() == policy


def test_an_interrupt_takes_the_guards_away(machine: Machine) -> None:
    """Ctrl-C while apt runs ends with 130 and without a trace."""
    assert end_while_apt_runs(machine, signal.SIGINT) == 130
    assert machine.left_over() == []


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Give a copy of what ./dev needs, with a .venv whose python says how it was called."""
    copy = tmp_path / "checkout"
    shutil.copytree(ROOT / "deploy/setup", copy / "deploy/setup")
    for name in ("dev", "pyproject.toml", "requirements.lock", "requirements-lab.lock"):
        shutil.copy(ROOT / name, copy)
    program(copy / ".venv/bin/python", 'echo "python $*"')
    return copy


def stamp(checkout: Path) -> None:
    script = """
        . deploy/setup/venvs.sh
        our_stamp >.venv/.lock-stamp
        digest pyproject.toml >.venv/.project-stamp
    """
    subprocess.run(["sh", "-euc", script], cwd=checkout, check=True, timeout=30)


def ready(checkout: Path) -> bool:
    script = ". deploy/setup/venvs.sh && our_venv_ready"
    return subprocess.run(["sh", "-c", script], cwd=checkout, timeout=30).returncode == 0


def test_a_second_run_installs_nothing(checkout: Path, tmp_path: Path) -> None:
    """With all there, neither apt nor pip is asked, and the command starts in under a second."""
    stamp(checkout)
    for name in ("apt-get", "dpkg", "pip"):
        program(tmp_path / "tools" / name, f"echo 'asked {name}'")
    for name in ("ruff", "mypy", "lint-imports"):
        program(checkout / ".venv/bin" / name, "echo checked")
    path = f"{tmp_path / 'tools'}{os.pathsep}{os.environ['PATH']}"
    took, said = [], ""
    for _ in range(3):
        began = time.monotonic()
        done = subprocess.run(
            [checkout / "dev", "check"],
            env={**os.environ, "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=30,
        )
        took.append(time.monotonic() - began)
        said += done.stdout
    assert min(took) < 1
    assert "checked" in said
    assert "python -m pytest" in said
    assert "asked" not in said
    assert "building" not in said


def test_a_stamp_holds_for_one_place_and_one_lock(checkout: Path, tmp_path: Path) -> None:
    """An interrupted build, a moved checkout, another lock or another pyproject is not ready."""
    assert not ready(checkout)
    stamp(checkout)
    assert ready(checkout)
    checkout.rename(tmp_path / "moved")
    assert not ready(tmp_path / "moved")
    (tmp_path / "moved").rename(checkout)
    for name in ("requirements.lock", "pyproject.toml"):
        with (checkout / name).open("a") as file:
            file.write("# changed\n")
        assert not ready(checkout)
        stamp(checkout)


def test_without_root_one_line_says_what_is_needed(checkout: Path, tmp_path: Path) -> None:
    """Without root, sudo or a terminal the exit code is 77 and the line names the packages."""
    done = without_root(checkout, tmp_path / "tools", "drill")
    assert done.returncode == 77
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "etcd-server" in done.stderr


def without_root(checkout: Path, tools: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run ./dev as somebody who may install nothing and has next to nothing."""
    program(tools / "id", "echo 1000")
    program(tools / "sudo", "exit 1")
    for name in TOOLS:
        (tools / name).symlink_to(str(shutil.which(name)))
    return subprocess.run(
        ["/bin/sh", checkout / "dev", *command],
        env={"PATH": str(tools)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
    )


@pytest.mark.parametrize(
    ("asked", "wants"),
    [
        ("bench", True),
        ("bench all --quick", True),
        ("bench --epochs 3 fanout --json reaction", True),
        ("bench --json all reaction", True),
        ("bench --json all storm", False),
        ("bench --from fanout rest", False),
        ("bench reaction --json", True),
        ("bench rest --json", False),
        ("drill all", False),
        ("test", False),
    ],
)
def test_ansible_is_asked_for_by_its_benches_alone(
    checkout: Path, tmp_path: Path, asked: str, *, wants: bool
) -> None:
    """It is no part of the lab, but of what fanout and reaction measure beside pgbaton."""
    done = without_root(checkout, tmp_path / "tools", *asked.split())
    assert done.returncode == 77
    assert ("ansible-core" in done.stderr) is wants


def test_a_wrong_command_is_told_the_right_ones(checkout: Path) -> None:
    """An unknown command exits 2 with the usage, before any set-up."""
    done = subprocess.run([checkout / "dev", "dril"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 2
    assert "./dev COMMAND" in done.stderr
