"""The files that deploy renders are accepted by those who read them: etcd, and Patroni 3 and 4."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from deploy.lab import patroni
from deploy.lab.etcd import all_healthy
from deploy.lab.lab import Lab
from deploy.lab.patroni import PatroniProgram
from deploy.lab.pgbaton import environment
from deploy.lab.process import wait_until
from tests import parts


def test_etcd_runs_with_its_file(lab: Lab) -> None:
    """Three members, a leader, and a JSON gateway, by etcd's own word."""
    ask = ["etcdctl", "--endpoints", "http://10.77.0.12:2379", "member", "list"]

    def started() -> bool:
        said = lab.machines["operator"].run(ask, env={"ETCDCTL_API": "3"})
        return said.stdout.count(", started, ") == 3

    wait_until("all of them to have told their names", started, seconds=20)


@pytest.mark.parametrize("version", [3, 4])
def test_patroni_finds_no_fault(lab: Lab, version: int) -> None:
    """`patroni --validate-config` is silent and content, as the user that will run it."""
    program = PatroniProgram(version=version)
    if not Path(program.path).exists():
        parts.absent(f"no {program.path} on this machine")
    machine = lab.machines["pg1"]
    config = patroni.write_files(machine, lab.inventory, lab.secrets)
    done = machine.run([program.path, "--validate-config", str(config)], user="postgres")
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_a_wrong_file_is_refused(lab: Lab) -> None:
    """The check above can fail: without a scope Patroni complains."""
    machine = lab.machines["pg2"]
    config = patroni.write_files(machine, lab.inventory, lab.secrets)
    config.write_text(config.read_text().replace("scope:", "skope:"))
    command = [PatroniProgram(version=4).path, "--validate-config", str(config)]
    assert machine.run(command, user="postgres").returncode != 0


def test_threads_started_here_stand_on_the_operator_s_network(lab: Lab) -> None:
    """An observer's thread reaches the lab's addresses, which exist nowhere else."""
    reached = threading.Event()

    def observe() -> None:
        wait_until("etcd", all_healthy, seconds=20)
        reached.set()

    thread = threading.Thread(target=observe)
    thread.start()
    thread.join(40)
    assert reached.is_set()


WHO_MAY_KNOW = {"slack": {"chronicle"}, "viewer": set[str](), "linode": {"probe"}}
COMMANDS = ("web", "pages", "worker", "watch", "clock", "chronicle", "probe", "cli")


def test_each_process_holds_its_own_secrets_alone(lab: Lab) -> None:
    """Slack's token is the chronicle's; of the viewers' password everybody but its owner has a hash."""
    known = {one: " ".join(environment(lab, one).values()) for one in COMMANDS}
    for secret, who in WHO_MAY_KNOW.items():
        text = getattr(lab.secrets, secret)
        assert {one for one, words in known.items() if text in words} == who, secret
    alerts = lab.secrets.alerts.whsk
    assert {one for one, words in known.items() if alerts in words} == {"chronicle"}
    assert {one for one, words in known.items() if "scrypt:" in words} == {"pages"}
