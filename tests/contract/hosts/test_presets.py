"""Presets on a real host: what they say of an application is what happens to it there."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.blocked import Blocked
from jobs.remote import FileState, Outcome, Phase, SwapReply
from tests.contract.hosts.machine import ACCOUNTS, Machine, write
from tests.contract.hosts.staged import FORMER, Staged, staged
from tests.contract.hosts.vault import Vault
from tests.contract.hosts.worlds import RealWorld
from tests.waiting import until

ENV = b"""APP_KEY=base64:c2VjcmV0
DB_CONNECTION=pgsql
DB_HOST=%(host)s
DB_PORT=%(port)d
DB_PASSWORD=hunter2
"""


@pytest.fixture(scope="module", autouse=True)
def php(machine: Machine) -> Iterator[None]:
    """An artisan without a framework behind it, found as `php` on every PATH there."""
    there = machine.root / "sbin/php"
    shutil.copy(Path(__file__).parent / "php.sh", there)
    yield
    there.unlink()


@pytest.fixture(params=["real", "vault"])
def world(request: pytest.FixtureRequest) -> RealWorld:
    """As a user who may sudo, and with a key that may only do what a derived list permits."""
    real: RealWorld = request.getfixturevalue(request.param)
    return real


def at(world: RealWorld, host: str) -> dict[bytes, object]:
    """What stands in a file while that host leads."""
    return {b"host": host.encode(), b"port": world.leader.port}


def laravel(
    world: RealWorld, more: str = "", env: bytes = ENV, *, patience: int = 10
) -> tuple[Staged, Path]:
    """A shop whose PHP-FPM and Horizon are counted, with a cached configuration; `patience`: of its check."""
    path = world.machine.file(env % at(world, FORMER))
    (path.parent / "artisan").touch()
    cache = path.parent / "bootstrap/cache"
    cache.mkdir(parents=True)
    shutil.copy(path, cache / "config.php")
    for made in (path.parent / "artisan", cache.parent, cache, cache / "config.php"):
        shutil.chown(made, path.owner() if os.geteuid() else 4002)
    fpm, horizon = world.service(), world.service()
    lines = f'preset = "laravel"\npath = "{path.parent}"\ncheck_timeout = {patience}\n'
    lines += f'fpm = "{fpm.name}"\nhorizon = "{horizon.name}"\n'
    return staged(world, lines + more), path


def restarts(app: Staged) -> list[int]:
    services = app.inventory.applications["shop"].services
    return [app.world.services[one.name].restarts for one in services]


def changed(reply: SwapReply | Blocked) -> bool:
    assert isinstance(reply, SwapReply), reply
    return reply.outcome == Outcome.CHANGED


def test_laravel_follows_with_cache_queue_and_services(world: RealWorld) -> None:
    """.env, the cached configuration, queue workers, PHP-FPM and Horizon, each once."""
    app, path = laravel(world)
    assert changed(app.move()), app.move()
    assert path.read_bytes() == ENV % at(world, "127.0.0.1")
    assert (path.parent / "bootstrap/cache/config.php").read_bytes() == path.read_bytes()
    assert (path.parent / "queue-restarts").read_text() == "127.0.0.1\n"
    until(lambda: restarts(app) == [1, 1], "both services started anew")


def test_laravel_that_uses_another_host_is_not_well(world: RealWorld) -> None:
    """What artisan really sees counts, not the file; the swap stays owed until it is mended."""
    app, path = laravel(world, patience=3)
    (path.parent / "deaf").touch()
    reply = app.move()
    assert isinstance(reply, SwapReply)
    assert (reply.outcome, reply.phase) == (Outcome.FAILED, Phase.RESTARTED)
    assert "its check ended with status 1" in reply.reason
    assert "Laravel uses 10.0.0.66, not 127.0.0.1" in app.log("check.log")
    (path.parent / "deaf").unlink()
    again = app.move()
    assert isinstance(again, SwapReply)
    assert again.outcome == Outcome.RESUMED
    until(lambda: restarts(app) == [1, 1], "both services started anew, once")


@pytest.mark.parametrize("says", [b"DB_CONNECTION=mysql\n", b""])
def test_laravel_at_another_database_is_left_alone(world: RealWorld, says: bytes) -> None:
    """Unless DB_CONNECTION says pgsql nothing is changed, and the reason names key and remedy."""
    env = ENV.replace(b"DB_CONNECTION=pgsql\n", says)
    app, path = laravel(world, env=env)
    reply = app.move()
    assert isinstance(reply, Blocked)
    assert reply.where == f"{path} DB_CONNECTION"
    assert "does not say 'pgsql'" in reply.reason
    assert "write DB_CONNECTION=pgsql there" in reply.remedy
    assert path.read_bytes() == env % at(world, FORMER)


def test_laravels_url_is_moved_and_its_password_never_told(world: RealWorld) -> None:
    """With url_key the URL follows; what artisan says of it is compared, not printed."""
    env = b"DB_CONNECTION=pgsql\nDB_URL=pgsql://shop:hunter2@%(host)s:%(port)d/shop\n"
    app, path = laravel(world, 'url_key = "DB_URL"\nqueue = false\n', env=env)
    assert changed(app.move())
    leader = str(world.leader).encode()
    assert b"DB_URL=pgsql://shop:hunter2@" + leader + b"/shop\n" in path.read_bytes()
    assert "hunter2" not in app.log("check.log") + app.log("after.log")


def test_a_list_shows_what_is_demanded_and_no_other_value(vault: Vault) -> None:
    """DB_CONNECTION can be judged on a hardened host; the password stays hidden."""
    app, _ = laravel(vault)
    [state] = app.read().files
    assert isinstance(state, FileState)
    assert b"DB_CONNECTION=pgsql" in state.content
    assert b"hunter2" not in state.content


def test_an_environment_file_reaches_the_units_next_process(world: RealWorld) -> None:
    """Root's own file: the service starts anew with the leader in its environment."""
    text = b"# shop\nPGHOST=%(host)s\nPGPORT=%(port)d\n"
    path = world.machine.file(text % at(world, FORMER), owner="root")
    seen = world.machine.folder() / "seen"
    service = world.machine.service(f"set -a; . {path}; env >{seen}; exec sleep 1000")
    world.adopt(service)
    app = staged(
        world,
        f'preset = "systemd-environment"\nfile = "{path}"\nservice = "{service.name}"\n'
        'host_key = "PGHOST"\nport_key = "PGPORT"\n',
    )
    until(lambda: seen.exists() and FORMER in seen.read_text(), "the unit sees who led")
    assert changed(app.move())
    until(lambda: "PGHOST=127.0.0.1\n" in seen.read_text(), "the unit sees the leader")
    assert service.restarts == 1


def test_rails_with_a_default_section_keeps_its_form(world: RealWorld) -> None:
    """Of database.yml only the environment's own host and port change."""
    text = (
        b"default: &default\n  adapter: postgresql\n\nproduction:\n  <<: *default\n"
        b"  host: %(host)s  # the leader\n  port: %(port)d\n  password: <%%= ENV['PW'] %%>\n"
    )
    folder = world.machine.folder()
    path = folder / "config/database.yml"
    path.parent.mkdir()
    write(path, text % at(world, FORMER), owner="shop", mode=0o640)
    os.chown(path.parent, ACCOUNTS["shop"], ACCOUNTS["shop"])
    puma = world.service()
    lines = f'preset = "rails"\npath = "{folder}"\nservice = "{puma.name}"\n'
    assert changed(staged(world, lines).move())
    assert path.read_bytes() == text % at(world, "127.0.0.1")
    assert world.restarts(puma) == 1
