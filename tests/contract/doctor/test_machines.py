import json
import os
import subprocess
import time
from pathlib import Path

import pytest

from deploy.doctor.evidence import Unseen
from deploy.doctor.finding import error
from deploy.doctor.report import report
from deploy.doctor.seeing.afar import examine_afar
from deploy.doctor.seeing.machines import Way, look, script
from deploy.doctor.subjects.laravel import judge_laravel
from deploy.doctor.subjects.machines import LaravelSeen, MachineSeen, read_look
from jobs.inventory import Host
from tests.contract.hosts.machine import Machine
from tests.parts import require_root
from workers.ssh import load_key

WORDS = "hook=0\nactions=check\napps=''\nservices=''\n"


def looked(machine: Machine, host: Host, words: str = WORDS) -> MachineSeen | Unseen:
    return look(Way(host=host, key=load_key(machine.key_file)), words)


def test_root_and_sudo_both_see_a_machine(machine: Machine) -> None:
    """Its clock is ours, and whoever looks is root in the end."""
    for user in ("root", "deploy"):
        began = time.time()
        seen = looked(machine, machine.host(user))
        took = time.time() - began
        assert isinstance(seen, MachineSeen)
        assert seen.root
        assert 0 <= seen.skew <= took, "its first line is between our question and its answer"


def test_another_host_key_is_not_believed(machine: Machine) -> None:
    """Nothing is sent there; the key that it shows is told, to be compared."""
    stranger = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + "B" * 43
    seen = looked(machine, machine.host("root", host_keys=(stranger,)))
    assert isinstance(seen, Unseen)
    assert "host key that is not pinned" in seen.reason


def test_a_user_without_sudo_is_told(machine: Machine) -> None:
    """With what lets it be seen."""
    seen = looked(machine, machine.host("shop"))
    assert isinstance(seen, Unseen)
    assert seen.remedy == "let shop run sudo without a password there"


def test_a_machine_that_is_not_there_is_unseen(machine: Machine) -> None:
    """In the words of the workers' own hand."""
    seen = looked(machine, machine.host("root", port=1))
    assert isinstance(seen, Unseen)
    assert "cannot be reached" in seen.reason


def test_runit_services_and_laravel_are_seen(machine: Machine) -> None:
    """A cache that is older than `.env`, and its connection, by the files themselves; what is not there is."""
    env = machine.file(b'APP=1\nDB_CONNECTION="mysql"\n')
    folder = env.parent
    (folder / "artisan").touch()
    cache = folder / "bootstrap/cache/config.php"
    cache.parent.mkdir(parents=True)
    cache.write_text("<?php return [];")
    os.utime(cache, (1, 1))
    words = f"hook=0\nactions=check\napps='{folder}\t{env}'\nservices='runit\tnowhere'\n"
    seen = looked(machine, machine.host("root"), words)
    assert isinstance(seen, MachineSeen)
    assert not seen.services["nowhere"].there
    [laravel] = seen.laravels
    assert (laravel.connection, laravel.cached) == ("mysql", "older")
    names = {f.name for f in judge_laravel(laravel, [])}
    assert names == {"laravel-connection", "laravel-cache", "laravel-stale"}


def test_the_cached_configuration_is_read_by_php(tmp_path: Path) -> None:
    """As the owner of `.env`, and of all that it holds only connection, host and port are told."""
    (tmp_path / "bootstrap/cache").mkdir(parents=True)
    for name in ("artisan", "bootstrap/cache/config.php"):
        (tmp_path / name).touch()
    (tmp_path / ".env").write_text("DB_CONNECTION=pgsql\n")
    os.utime(tmp_path / ".env", (1, 1))
    (tmp_path / "bin").mkdir()
    php = tmp_path / "bin/php"
    php.write_text(
        '#!/bin/sh\n[ "$3" = "$0" ] || case $3 in */config.php) echo "pgsql 10.0.0.1 5432" ;; esac\n'
    )
    php.chmod(0o755)
    words = f"hook=0\nactions=\napps='{tmp_path}\t{tmp_path}/.env'\nservices=''\n"
    path = {**os.environ, "PATH": f"{tmp_path}/bin:{os.environ['PATH']}"}
    done = subprocess.run(
        ["sh", "-s"], input=words + script(), text=True, capture_output=True, env=path
    )
    seen = read_look(done.stdout, at=0)
    assert seen is not None, done.stderr
    [laravel] = seen.laravels
    assert (laravel.cached, laravel.effective) == ("newer", ("pgsql", "10.0.0.1", "5432"))


@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_long_lived_workers_are_found_by_their_folder(tmp_path: Path, shell: str) -> None:
    """A queue worker of this Laravel is seen, one of another is not; both shells agree."""
    for name in ("shop", "other"):
        (tmp_path / name).mkdir()
        # No child: before its exec it would look like a second worker.
        (tmp_path / name / "artisan").write_text("read -r end\n")
        (tmp_path / name / ".env").write_text("DB_CONNECTION=pgsql\n")
    started = [
        subprocess.Popen(["sh", "artisan", kind], cwd=tmp_path / name, stdin=subprocess.PIPE)
        for name, kind in (("shop", "queue:work"), ("shop", "horizon"), ("other", "octane:start"))
    ]
    words = f"hook=0\nactions=\napps='{tmp_path}/shop\t{tmp_path}/shop/.env'\nservices=''\n"
    try:
        done = subprocess.run(
            [shell, "-s"], input=words + script(), text=True, capture_output=True, timeout=50
        )
    finally:
        for process in started:
            process.kill()
            process.communicate()
    seen = read_look(done.stdout, at=0)
    assert seen is not None, done.stderr
    [laravel] = seen.laravels
    assert isinstance(laravel, LaravelSeen)
    assert (laravel.connection, laravel.cached) == ("pgsql", "none")
    assert sorted(kind for kind, _ in laravel.runs) == ["horizon", "queue"]


HOOK = """#!/bin/sh
case $1 in
    --check) echo "fine: pg1 tells of pg1" ;;
    --status) echo "spooled 3, rejected 0, dropped 0"; exit 1 ;;
    --ping) echo "202 https://10.0.0.9/events"; [ "$(id -un)" = postgres ] ;;
esac
"""
PATRONI = """
postgresql:
  callbacks:
    on_role_change: /usr/local/bin/pgbaton-hook
    on_start: /bin/true
    on_stop: '/usr/local/bin/pgbaton-hook'
"""


def test_the_hook_is_asked_as_postgres(tmp_path: Path) -> None:
    """What its actions say, with their ends, and which callbacks name it."""
    require_root()
    tmp_path.chmod(0o755)
    (tmp_path / "hook").write_text(HOOK)
    (tmp_path / "hook").chmod(0o755)
    (tmp_path / "config.yml").write_text(PATRONI)
    words = f"hook=1\nactions='check status ping'\napps=''\nservices=''\nscript={tmp_path}/hook\npatroni={tmp_path}\n"
    for parent in tmp_path.parents[:-2]:
        parent.chmod(0o755)
    done = subprocess.run(["sh", "-s"], input=words + script(), text=True, capture_output=True)
    seen = read_look(done.stdout, at=0)
    assert seen is not None, done.stderr
    assert seen.hook is not None
    assert seen.hook.callbacks == frozenset({"on_role_change", "on_stop"})
    assert seen.hook.check == (0, "fine: pg1 tells of pg1")
    assert seen.hook.status == (1, "spooled 3, rejected 0, dropped 0")
    assert seen.hook.ping == (0, "202 https://10.0.0.9/events")


def test_a_machine_inside_looks_for_us(machine: Machine) -> None:
    """Its own table comes back as reports, whatever its exit code; anything else is said to be none."""
    said = report("etcd main", ["3 of 3"], [error("down", "no quorum", "no writes", "start them")])
    program = machine.root / "sbin/pgbaton"
    document = json.dumps({"subjects": [said.to_json()]})
    program.write_text(
        f"#!/bin/sh\n[ \"$*\" = 'doctor --json --no-ping' ] && echo '{document}'\nexit 1\n"
    )
    program.chmod(0o755)
    way = Way(host=machine.host("root"), key=load_key(machine.key_file))
    assert examine_afar(way, pings=False) == (said,)
    program.write_text("#!/bin/sh\necho 'pgbaton: no such command'\n")
    seen = examine_afar(way, pings=False)
    program.unlink()
    assert isinstance(seen, Unseen)
    assert seen.remedy == "pgbaton push, then ask again"
