"""The scripts that stand beside pgbaton in a reaction: without this file a peer could do less than it claims."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from deploy.lab.bench.reactions.callback import HERE
from deploy.lab.process import wait_until

RECORD = (
    '{"conn_url":"postgres://10.77.0.22:5433/postgres","api_url":"http://10.77.0.9:8008/patroni"}'
)
ETCDCTL = f"""\
#!/bin/sh
case $* in
    *"/service/shop/leader") echo pg2 ;;
    *"/service/shop/members/pg2") echo '{RECORD}' ;;
esac
"""
CONF = "endpoints=http://etcd\nhosts='10.77.0.101 10.77.0.102'\nfile=/srv/peer/.env\n"


@pytest.fixture
def member(tmp_path: Path) -> Path:
    """A member's folder, with the scripts in it and tools that write down what they were asked."""
    for name in ("hook.sh", "peer.sh"):
        shutil.copyfile(HERE / name, tmp_path / name)
    (tmp_path / "peer.conf").write_text(CONF)
    (tmp_path / "pgbaton-hook.own").write_text('echo "own $*"\n')
    program(tmp_path / "bin/etcdctl", ETCDCTL)
    for name in ("ssh", "ansible-playbook"):
        program(tmp_path / "bin" / name, f'#!/bin/sh\necho "{name}" $*\n')
    return tmp_path


def program(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def run(member: Path, *words: str) -> str:
    path = f"{member}/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    done = subprocess.run(
        ["/bin/sh", *words], env={"PATH": path}, capture_output=True, text=True, timeout=30
    )
    assert done.stderr == ""
    return done.stdout


def called(member: Path, action: str, role: str) -> str:
    """What Patroni's call of the hook prints."""
    return run(member, f"{member}/hook.sh", "--config", "hook.conf", action, role, "shop")


def test_the_loop_moves_every_host_to_the_leader_s_own_address(member: Path) -> None:
    """By its record in etcd: the file, the application's command as its owner, the service."""
    told = run(member, f"{member}/peer.sh", "loop", "shop").splitlines()
    assert [line.split()[3] for line in told[:2]] == ["10.77.0.101", "10.77.0.102"]
    for line in told[:2]:
        assert "sed -i s/^DB_HOST=.*/DB_HOST=10.77.0.22/ /srv/peer/.env" in line.replace("'", "")
        assert "sudo -n -u shop cp .env .env.cached && sudo -n sv term peer" in line
    assert told[2:] == ["ended 0"]


def test_a_host_that_fails_is_told_at_the_end(member: Path) -> None:
    """The others are moved all the same."""
    program(member / "bin/ssh", "#!/bin/sh\nset -- $*\n[ $3 != 10.77.0.101 ]\n")
    assert run(member, f"{member}/peer.sh", "loop", "shop") == "ended 1\n"


def test_the_playbook_is_given_the_leader_s_address(member: Path) -> None:
    """And the file that it moves."""
    told = run(member, f"{member}/peer.sh", "ansible", "shop").splitlines()
    assert told[0].split()[:4] == [
        "ansible-playbook", "-e", "address=10.77.0.22", "file=/srv/peer/.env",
    ]  # fmt: skip
    assert told[1:] == ["ended 0"]


def test_nobody_is_moved_while_nobody_leads(member: Path) -> None:
    """An empty address would break every host."""
    program(member / "bin/etcdctl", "#!/bin/sh\n")
    assert run(member, f"{member}/peer.sh", "loop", "shop") == "ended 1\n"


@pytest.mark.parametrize("idle", [None, "\n"], ids=["no-file", "nobody-named"])
def test_the_hook_is_pgbaton_s_own_until_a_peer_is_named(member: Path, idle: str | None) -> None:
    """With all that Patroni gave it."""
    if idle is not None:
        (member / "peer").write_text(idle)
    told = called(member, "on_role_change", "primary")
    assert told == "own --config hook.conf on_role_change primary shop\n"


@pytest.mark.parametrize("role", ["primary", "master"])
def test_a_new_leader_s_callback_starts_the_peer(member: Path, role: str) -> None:
    """By its name, with the scope; what it says is kept, and pgbaton hears nothing."""
    (member / "peer").write_text("loop\n")
    assert called(member, "on_role_change", role) == ""
    log = member / "peer.log"
    wait_until("the peer", lambda: log.exists() and "ended 0\n" in log.read_text(), seconds=30)


@pytest.mark.parametrize(
    "call", [("on_role_change", "replica"), ("on_start", "primary")], ids=" ".join
)
def test_any_other_callback_starts_nothing(member: Path, call: Sequence[str]) -> None:
    """A demoted member has nobody to move."""
    (member / "peer").write_text("loop\n")
    assert called(member, *call) == ""
    time.sleep(0.2)  # it would be detached
    assert not (member / "peer.log").exists()
