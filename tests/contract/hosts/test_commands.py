"""After-commands, checks and restarts: run as the application, bounded, holding nothing."""

import socket
import time
from dataclasses import replace
from pathlib import Path

import pytest

from jobs.inventory import Address
from jobs.remote import Outcome, Phase, ServiceRef
from tests.contract.hosts.machine import ACCOUNTS
from tests.contract.hosts.services import Service
from tests.contract.hosts.worlds import RealWorld, Shop, fence, shop
from tests.waiting import until


def test_commands_run_as_the_files_owner_in_its_folder(real: RealWorld) -> None:
    """Its user, its groups, its home, a clean environment, signals as usual."""
    app = shop(
        real,
        after=("id -u; id -g; pwd; echo $HOME; env | grep -c SUDO; grep SigIgn /proc/self/status",),
    )
    assert app.move(b"b", fence(10)).outcome == Outcome.CHANGED
    said = real.log(lines=7).splitlines()[1:]
    number = str(ACCOUNTS["shop"])
    home = str(real.machine.root / "homes/shop")
    assert said == [
        number,
        number,
        str(Path(app.paths[0]).parent),
        home,
        "0",
        "SigIgn:\t0000000000000000",
    ]


def test_a_command_that_daemonises_holds_nothing(real: RealWorld) -> None:
    """Neither the client nor the lock nor the log waits for the daemon's life."""
    mark = real.machine.folder(mode=0o777)
    daemon = f"(while sleep 0.2; do echo working >&2; echo >>{mark}/alive; done) & ls -l /proc/self/fd >{mark}/fds"
    app = shop(real, after=(daemon,))
    began = time.monotonic()
    assert app.move(b"b", fence(10)).outcome == Outcome.CHANGED
    assert app.move(b"c", fence(11)).outcome == Outcome.CHANGED
    assert time.monotonic() - began < 10
    assert "lock" not in (mark / "fds").read_text()
    until((mark / "alive").exists, "the daemon lives")
    alive = (mark / "alive").stat().st_size
    until(lambda: (mark / "alive").stat().st_size > alive, "the daemon still lives")


def test_a_command_that_never_ends_is_ended(real: RealWorld) -> None:
    """Even one that ignores TERM; the swap is taken up at the command again."""
    app = shop(real, after=("trap '' TERM; sleep 60",), after_timeout=0.5)
    began = time.monotonic()
    reply = app.move(b"b", fence(10))
    assert time.monotonic() - began < 9
    assert (reply.outcome, reply.phase) == (Outcome.FAILED, Phase.INTENT)
    assert "did not end within 0.5" in reply.reason


def test_a_command_that_talks_without_end_fills_no_disk(real: RealWorld) -> None:
    """Its output is cut, and it is not killed for it."""
    app = shop(real, after=("head -c 5000000 /dev/zero | tr '\\0' x && echo",))
    assert app.move(b"b", fence(10)).outcome == Outcome.CHANGED
    assert len(real.log(lines=1)) < 70_000


def test_what_a_command_says_stays_on_the_host(real: RealWorld) -> None:
    """Its output may hold secrets: the answer tells only where it is."""
    app = shop(real, after=("printf 'sec%s\\n' ret; exit 3",))
    reply = app.move(b"b", fence(10))
    assert "status 3" in reply.reason
    assert "after.log" in reply.reason
    assert "secret" not in reply.reason
    assert real.log(lines=2).endswith("\nsecret\n")


def test_a_command_may_have_lines_and_quotes(real: RealWorld) -> None:
    """It arrives byte for byte."""
    app = shop(real, after=("cat <<'X'\n\"a\" 'b'\t\\n $HOME %s\nX\n",))
    assert app.move(b"b", fence(10)).outcome == Outcome.CHANGED
    assert real.log(lines=5).endswith("\"a\" 'b'\t\\n $HOME %s\n")


def test_a_service_that_stops_too_slowly_is_not_restarted_twice(real: RealWorld) -> None:
    """It starts anew after the time was over: the next swap sees another process and goes on."""
    service = real.machine.service("trap 'sleep 2; exit' TERM; sleep 1000 & wait")
    app = shop(real, services=(real.adopt(service),), restart_timeout=0.5)
    reply = app.move(b"b", fence(10))
    assert (reply.outcome, reply.phase) == (Outcome.FAILED, Phase.WRITTEN)
    assert "did not start anew" in reply.reason
    until(lambda: service.starts == 2, "the service starts anew")
    again = app.move(b"b", fence(10))
    assert (again.outcome, again.restarted) == (Outcome.RESUMED, ())
    assert service.restarts == 1


def test_a_service_that_is_down_is_started(real: RealWorld) -> None:
    """A service stopped by somebody comes up with the new address."""
    app = shop(real)
    real.machine.inside("sv", "down", app.app.services[0].name)
    until(
        lambda: (
            real.machine.inside("cat", f"{app.app.services[0].name}/supervise/stat").stdout.strip()
            == "down"
        ),
        "down",
    )
    assert app.move(b"b", fence(10)).outcome == Outcome.CHANGED
    assert real.restarts(app.app.services[0]) == 1


def test_a_service_by_its_name_in_etc_service(real: RealWorld) -> None:
    """A bare name means the service folder that exists here."""
    folder = Path(real.machine.service().folder)
    (real.machine.root / "etc/service/shop").symlink_to(folder)
    app = shop(real, services=(ServiceRef(name="shop", manager="runit"),))
    reply = app.move(b"b", fence(10))
    assert reply.restarted == ("shop",), reply
    assert Service(folder).restarts == 1


@pytest.mark.parametrize("name", ["no-such", "../../etc", ".", "a/b"])
def test_a_service_that_does_not_exist_is_named(real: RealWorld, name: str) -> None:
    """The file is written, the restart stays owed until the inventory is right."""
    app = shop(real, services=(ServiceRef(name=name, manager="runit"),))
    reply = app.move(b"b", fence(10))
    assert (reply.outcome, reply.phase) == (Outcome.FAILED, Phase.WRITTEN)
    assert name in reply.reason


CLIENT = """exec python3 -c 'import os, socket, time
held = [socket.create_connection(("{host}", int(port))) for port in open("{ports}").read().split()]
with open("{ports}.up", "w") as up:
    print(os.getpid(), file=up)
time.sleep(1000)'"""


def talking(real: RealWorld, ports: Path, host: str) -> Shop:
    """A shop whose service connects at start to the ports that stand in a file."""
    service = real.machine.service(CLIENT.format(ports=ports, host=host))
    check = f"test -d /proc/$(cat {ports}.up)/fd"  # the one before, which is gone, was up as well
    return shop(real, services=(real.adopt(service),), check=check, check_timeout=5)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_a_socket_that_still_leads_to_the_old_member_fails_the_check(
    real: RealWorld, host: str
) -> None:
    """A service that reads its address from elsewhere is found out; mended, only the check is repeated."""
    family = socket.AF_INET6 if host == "::1" else socket.AF_INET
    ports = real.machine.folder() / "ports"
    with socket.create_server((host, 0), family=family) as old:
        place = Address(host=host, port=old.getsockname()[1])
        ports.write_text(str(place.port))
        app = talking(real, ports, host)
        until(lambda: place.port in _peers(real, app), "the service talks")
        request = replace(app.request(b"b", fence(10)), avoid=(Address(host="192.0.2.1"), place))
        reply = app.send(request)
        assert (reply.outcome, reply.phase) == (Outcome.FAILED, Phase.RESTARTED)
        assert f"port {place.port}" in reply.reason
    ports.write_text("")
    real.machine.inside("sh", "-c", f"kill $(cat {app.app.services[0].name}/supervise/pid)")
    again = app.send(replace(app.request(b"b", fence(10)), avoid=(place,)))
    assert (again.outcome, again.restarted) == (Outcome.RESUMED, ())


def test_somebody_elses_socket_to_the_old_member_is_no_matter(real: RealWorld) -> None:
    """Only the restarted services' own processes count."""
    with socket.create_server(("127.0.0.1", 0)) as old, socket.create_connection(old.getsockname()):
        app = shop(real)
        place = Address(host="127.0.0.1", port=old.getsockname()[1])
        request = replace(app.request(b"b", fence(10)), avoid=(place,))
        assert app.send(request).outcome == Outcome.CHANGED


def _peers(real: RealWorld, app: Shop) -> list[int]:
    pid = real.machine.inside("cat", f"{app.app.services[0].name}/supervise/pid").stdout.strip()
    rows = real.machine.inside("cat", f"/proc/{pid}/net/tcp", f"/proc/{pid}/net/tcp6").stdout
    return [
        int(r.split()[2].rsplit(":")[-1], 16)
        for r in rows.splitlines()
        if ": " in r and " 01 " in r
    ]
