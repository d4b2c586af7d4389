"""Redis starts with its rendered files, keeps what it acknowledges, and lets its one user do what is needed, no more."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError

from deploy.blueprint import Blueprint
from deploy.keyring import wanted
from deploy.keyring.authority import certificates
from deploy.keyring.opening import opened
from deploy.keyring.renewing import renew
from deploy.render.machine.redis import users_acl
from deploy.render.machine.scene import Scene
from deploy.site import placed
from tests.contract.ledger.desks import redis_desk, walked
from tests.contract.ledger.values import CLUSTER, draft, event
from tests.contract.render.laying import Laid, lay
from tests.contract.render.running import Client, end_of, running
from tests.ground import NOW, Ground
from tests.parts import OF_THE_TESTS, ROOT
from tests.waiting import until
from workers.redis import Redis, RedisSettings, connect, findings
from workers.redis.enqueue import queue_on

AT = "127.77.1.21"
URL, PLAIN = f"rediss://{AT}:6379/0", f"redis://{AT}:6379/0"


@pytest.fixture(scope="module")
def laid(blueprints: Mapping[str, Blueprint]) -> Iterator[Laid]:
    """A Redis that runs, with its own account's files given to whoever runs the test."""
    with tempfile.TemporaryDirectory(prefix="pgbaton-redis-") as name:
        laid = lay(blueprints["redis"], Path(name))
        laid.at("/var/lib/redis").mkdir(parents=True)
        laid.at("/run/redis").mkdir(parents=True)
        command = ("redis-server", laid.at("/etc/redis/redis.conf"), "--daemonize", "no")
        log = laid.root / "log"
        with running(*command, log=log, environ={}):
            until(lambda: "ready to accept" in log.read_text().lower(), end_of(log))
            yield laid


@pytest.fixture
def settings(laid: Laid, ground: Ground) -> RedisSettings:
    return RedisSettings(
        url=URL,
        username="pgbaton",
        password=ground.keyring.secret("redis-password"),
        ca=laid.at("/etc/redis/tls/ca.pem"),
    )


@pytest.fixture
def client(settings: RedisSettings) -> Redis:
    return connect(settings)


def test_it_keeps_what_it_acknowledges(client: Redis) -> None:
    """What the webhook demands of a Redis before it says 202, it finds here, by the user that it has."""
    assert findings(client) == ()
    assert client.config_get("save")["save"] == ""


def test_the_ledger_works_with_this_user(client: Redis) -> None:
    """Event, trail and queue in one step over TLS; nothing of it is forbidden."""
    desk = redis_desk(client)
    assert desk.ledger.hear(event("e"), draft("e"))
    assert walked(desk, CLUSTER).entries == 1
    assert desk.take() is not None


def test_a_worker_works_with_this_user(
    settings: RedisSettings, client: Redis, tmp_path: Path
) -> None:
    """RQ's own commands too: a job is enqueued, taken, run and ended."""
    file = tmp_path / "done"
    queue_on(client).enqueue_call("tests.contract.render.labour.note", kwargs={"file": str(file)})
    assert settings.password is not None
    environ = {
        **OF_THE_TESTS,
        "LABOUR_URL": URL,
        "LABOUR_USER": "pgbaton",
        "LABOUR_PASSWORD": settings.password,
        "LABOUR_CA": str(settings.ca),
    }
    command = [sys.executable, "-m", "tests.contract.render.labour"]
    done = subprocess.run(
        command, env=environ, cwd=ROOT, capture_output=True, text=True, timeout=50
    )
    assert (done.returncode, file.is_file()) == (0, True), done.stderr
    assert "NOPERM" not in done.stderr


@pytest.mark.parametrize(
    "command",
    ["FLUSHALL", "FLUSHDB", "CONFIG SET appendonly no", "SHUTDOWN NOSAVE", "REPLICAOF NO ONE", "ACL LIST", "KEYS *"],
)  # fmt: skip
def test_what_would_empty_or_change_it_is_forbidden(client: Redis, command: str) -> None:
    """A process of ours that was taken over cannot throw the record away in one word."""
    with pytest.raises(NoPermissionError):
        client.execute_command(*command.split())  # type: ignore[no-untyped-call]


def test_a_new_certificate_is_shown_after_a_reload(
    laid: Laid,
    blueprints: Mapping[str, Blueprint],
    ground: Ground,
    client: Redis,
    tmp_path: Path,
) -> None:
    """As systemd runs it: who was there stays, and the password that it takes is in no argument and no answer."""
    keyring, ours = ground.keyring, Client.on(lay(blueprints["control"], tmp_path))
    here = int(str(client.client_id()))
    with opened(keyring.folder) as vault:
        leaf = next(x for x in wanted(ground.inventory).leaves if x.purpose == "redis")
        list(renew(vault, [leaf], NOW, days=90))
    certified = keyring.certificate(leaf.name, leaf.purpose)
    laid.at("/etc/redis/tls/server.pem").write_text(certified.cert + certified.key)
    issued = certificates(certified.cert)[0].serial_number
    assert ours.shown(AT, 6379) not in {0, issued}
    done = _reload(laid)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    assert ours.shown(AT, 6379) == issued
    assert int(str(client.client_id())) == here
    laid.at("/etc/redis/reload-password").write_text("guessed")
    assert _reload(laid).returncode == 1


def _reload(laid: Laid) -> subprocess.CompletedProcess[str]:
    unit = laid.text("/etc/systemd/system/redis-server.service.d/pgbaton.conf")
    (program,) = re.findall(r"^ExecReload=\+(.+)$", unit, re.MULTILINE)
    return subprocess.run([program], capture_output=True, text=True, timeout=30)


def test_nobody_else_gets_in(laid: Laid, settings: RedisSettings) -> None:
    """Neither the default user, nor another password, nor anybody without TLS."""
    for user, password in (("default", settings.password), ("pgbaton", "guessed")):
        wrong = RedisSettings(url=URL, username=user, password=password, ca=settings.ca)
        with pytest.raises(AuthenticationError):
            connect(wrong).ping()
    with pytest.raises(RedisError):
        connect(RedisSettings(url=PLAIN)).ping()


def test_no_password_lies_there(laid: Laid, ground: Ground) -> None:
    """The user's password stands in no file of Redis, only its hash."""
    password = ground.keyring.secret("redis-password")
    for file in laid.root.rglob("*"):
        if file.is_file():
            assert password.encode() not in file.read_bytes(), file


def test_without_a_user_s_name_the_default_one_has_the_password(
    ground: Ground, tmp_path: Path
) -> None:
    """Such as an inventory without `redis.username`: nobody gets in without the password."""
    redis = ground.inventory.redis.model_copy(update={"username": None})
    inventory = ground.inventory.model_copy(update={"redis": redis})
    scene = Scene(inventory=inventory, keyring=ground.keyring, places=placed(inventory))
    acl, socket = tmp_path / "users.acl", tmp_path / "s"
    acl.write_text(users_acl(scene, secure=False))
    options = ("--port", "0", "--unixsocket", socket, "--aclfile", acl, "--dir", tmp_path)
    with running("redis-server", *options, log=tmp_path / "log", environ={}):
        log = tmp_path / "log"
        until(lambda: "ready to accept" in log.read_text().lower(), end_of(log))
        url, password = f"unix://{socket}", ground.keyring.secret("redis-password")
        assert connect(RedisSettings(url=url, password=password)).ping()
        with pytest.raises(AuthenticationError):
            connect(RedisSettings(url=url)).ping()
