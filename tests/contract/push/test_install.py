"""Debian packages by a push: no service starts with them, and nothing of the guard stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.push import Wishes
from tests.contract.push.bench import Bench, blueprint

APT = """#!/bin/sh
# Installs by writing dpkg's status; notes what a package's own scripts would have met.
echo "$*" >>/var/lib/bombs/apt
case " $* " in *" update "*) exit 0 ;; esac
/usr/sbin/policy-rc.d etcd start; echo "policy $?" >>/var/lib/bombs/apt
cat /etc/postgresql-common/createcluster.d/pgbaton-push.conf >>/var/lib/bombs/apt
[ ! -e /var/lib/bombs/broken ] || { echo "E: Unable to locate package" >&2; exit 100; }
[ ! -e /var/lib/bombs/killed ] || { rm /var/lib/bombs/killed; kill -9 0; }
printf 'Package: made-up\\nStatus: install ok installed\\nVersion: 1\\nArchitecture: all\\nMaintainer: x\\nDescription: x\\n\\n' >>/var/lib/dpkg/status
"""
POLICY = "#!/bin/sh\nexit 104\n"
WANTED = blueprint(packages=("made-up",))


@pytest.fixture
def apt(bench: Bench) -> Iterator[Path]:
    """An apt-get of our own, and a /usr/sbin that is the machine's alone, with a policy of its owner's."""
    program = bench.machine.root / "sbin/apt-get"
    program.write_text(APT)
    program.chmod(0o755)
    status = bench.machine.root / "varlib/dpkg/status"
    before = status.read_text()
    inside = bench.machine.inside
    inside("mount", "-t", "tmpfs", "tmpfs", "/mnt")
    inside("mkdir", "/mnt/upper", "/mnt/work")
    layers = "lowerdir=/usr/sbin,upperdir=/mnt/upper,workdir=/mnt/work"
    inside("mount", "-t", "overlay", "-o", layers, "overlay", "/usr/sbin")
    inside("sh", "-c", "cat >/usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d", text=POLICY)
    yield bench.bombs / "apt"
    inside("umount", "--lazy", "/usr/sbin")
    inside("umount", "--lazy", "/mnt")
    program.unlink()
    status.write_text(before)


def guards(bench: Bench) -> tuple[str, bool]:
    """The policy as it is, and whether PostgreSQL is still kept from making a cluster."""
    policy = bench.machine.inside("cat", "/usr/sbin/policy-rc.d").stdout
    return policy, bench.at("/etc/postgresql-common/createcluster.d/pgbaton-push.conf").exists()


def test_services_stay_down(bench: Bench, apt: Path) -> None:
    """While apt runs every start is refused (101) and PostgreSQL makes no cluster; afterwards all is as it was."""
    assert not bench.push(WANTED).whole
    assert not apt.exists()
    assert bench.push(WANTED, wishes=Wishes(install=True)).whole
    said = apt.read_text()
    assert "policy 101" in said
    assert "create_main_cluster = false" in said
    assert guards(bench) == (POLICY, False)
    assert not bench.look(WANTED).steps


def test_apt_says_no(bench: Bench, apt: Path) -> None:
    """Its last words are the reason; lists are fetched anew and it is tried once more before that."""
    (bench.bombs / "broken").touch()
    (trouble,) = bench.push(WANTED, wishes=Wishes(install=True)).troubles
    assert "Unable to locate package" in trouble.reason
    assert sum("update" in line for line in apt.read_text().splitlines()) == 1
    assert guards(bench) == (POLICY, False)


def test_killed_while_apt_runs(bench: Bench, apt: Path) -> None:
    """The guards that stayed are taken away by the next push, and the owner's policy is back."""
    (bench.bombs / "killed").touch()
    assert not bench.push(WANTED, wishes=Wishes(install=True)).whole
    assert guards(bench)[1]
    assert bench.push(WANTED, wishes=Wishes(install=True)).whole
    assert guards(bench) == (POLICY, False)
    assert apt.exists()
