import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from jobs.names import RESPOND
from jobs.signatures import private_key
from tests.contract.hook.node import install
from tests.contract.webhook.stage import RedisServer, Web
from tests.waiting import until


@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_patronis_hook_is_heard(
    require: Callable[[str], Path], tmp_path: Path, redis: RedisServer, web: Web, shell: str
) -> None:
    """What the hook on a database node spools and signs, the intake records and enqueues."""
    for tool in ("curl", "openssl"):
        require(tool)
    pem = private_key(web.private).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "hook.pem").write_bytes(pem)
    lines = {
        "sender": "db1",
        "cluster": "orders",
        "member": 'pg "1"',
        "url": f"http://127.0.0.1:{web.port}/events",
        "key": tmp_path / "hook.pem",
        "spool": tmp_path / "spool",
    }
    config = tmp_path / "hook.conf"
    config.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    hook = [str(require(shell)), str(install(tmp_path)), "--config", str(config)]
    subprocess.run([*hook, "on_role_change", "primary", "orders"], check=True, timeout=30)
    until(lambda: subprocess.run([*hook, "--status"], check=False, timeout=30).returncode == 0)
    [entry] = redis.trail()
    evidence = entry.facts["evidence"]
    assert evidence["type"] == "pgbaton.patroni.callback"
    assert evidence["data"]["role"] == "primary"
    assert evidence["data"]["member"] == 'pg "1"'
    assert redis.jobs() == [RESPOND]
