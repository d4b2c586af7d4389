"""Every kind of file is accepted by the program that will read it; each check is shown a wrong one, too."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from deploy.blueprint import Blueprint
from tests import parts
from tests.contract.render.conftest import Lay
from tests.contract.render.laying import Laid

Done = subprocess.CompletedProcess[str]
MACHINES = ("e1", "pg1", "redis", "control", "web1", "web2")


def _run(*command: str | Path, **environ: str) -> Done:
    return subprocess.run(
        [str(parts.require(str(command[0]))), *map(str, command[1:])],
        capture_output=True,
        text=True,
        timeout=30,
        env={**os.environ, **environ},
    )


def _spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.chmod(0o644)
    path.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize("machine", MACHINES)
def test_nft_takes_the_rules(laid: Lay, machine: str) -> None:
    """Every machine's rules, as the kernel would get them; a port that is none is refused."""
    parts.require_root()
    rules = laid(machine).at("/etc/nftables.conf")
    assert _nft(rules) == (0, "")
    _spoil(rules, "dport { 22 }", "dport { 222222 }")
    assert _nft(rules)[0] != 0


def _nft(rules: Path) -> tuple[int, str]:
    done = _run("unshare", "-n", parts.require("nft"), "-c", "-f", rules)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("machine", MACHINES)
def test_sshd_takes_its_drop_in(laid: Lay, machine: str) -> None:
    """`sshd -t` with the machine's own host key."""
    at = laid(machine)
    config, key = at.at("/etc/ssh/sshd_config.d/10-pgbaton.conf"), _key(at)
    assert _sshd("-t", config, key).returncode == 0
    _spoil(config, "UsePAM yes", "UsePAM perhaps")
    assert _sshd("-t", config, key).returncode != 0


def _key(at: Laid) -> Path:
    return at.at("/etc/ssh/ssh_host_ed25519_key")


def _sshd(what: str, config: Path, key: Path, *more: str) -> Done:
    Path("/run/sshd").mkdir(exist_ok=True)
    return _run("sshd", what, "-f", config, "-h", key, *more)


def test_the_worker_s_login_leads_nowhere_else(laid: Lay) -> None:
    """For who workers log in as no forwarding and no terminal, only keys of root's file; for others both."""
    at = laid("web1")
    whole = at.root / "sshd_config"
    whole.write_text(f"Include {at.at('/etc/ssh/sshd_config.d')}/*.conf\nX11UseLocalhost no\n")
    of = {user: _effective(whole, _key(at), user) for user in ("deploy", "root")}
    assert of["deploy"]["disableforwarding"] == "yes"
    assert of["deploy"]["permittty"] == "no"
    assert ".ssh/authorized_keys" not in of["deploy"]["authorizedkeysfile"]
    assert (of["root"]["disableforwarding"], of["root"]["permittty"]) == ("no", "yes")
    for said in of.values():
        assert said["x11uselocalhost"] == "no", "what follows our lines counts for everybody"
        assert said["passwordauthentication"] == said["kbdinteractiveauthentication"] == "no"
        assert said["permitrootlogin"] == "without-password"


def _effective(config: Path, key: Path, user: str) -> dict[str, str]:
    done = _sshd("-T", config, key, "-C", f"user={user},host=x,addr=10.0.0.1")
    assert done.returncode == 0, done.stderr
    lines = (line.partition(" ") for line in done.stdout.splitlines())
    return {name: value for name, _, value in lines}


@pytest.mark.parametrize("machine", ["web1", "web2"])
def test_sudo_takes_its_rule(laid: Lay, machine: str) -> None:
    """`visudo -c`, for a hardened host and for a plain one."""
    rule = laid(machine).at("/etc/sudoers.d/pgbaton")
    assert _run("visudo", "-c", "-f", rule).returncode == 0
    _spoil(rule, "ALL=", "ALL:")
    assert _run("visudo", "-c", "-f", rule).returncode != 0


def test_haproxy_takes_its_file(laid: Lay) -> None:
    """`haproxy -c`, with the certificate that Patroni asks for."""
    at = laid("pg1")
    config = at.at("/etc/haproxy/haproxy.cfg")
    assert _run("haproxy", "-c", "-f", config).returncode == 0, "accepted"
    at.at("/etc/haproxy/tls/patroni.pem").write_text("no certificate")
    assert _run("haproxy", "-c", "-f", config).returncode != 0


@pytest.mark.parametrize("machine", ["pg1", "web1"])
def test_cloud_init_takes_the_user_data(
    blueprints: Mapping[str, Blueprint], tmp_path: Path, machine: str
) -> None:
    """`cloud-init schema`, which takes its time, for the longest and for one of the others."""
    data = tmp_path / "user-data"
    data.write_text(blueprints[machine].fragments["cloud-init.yml"].text)
    assert _run("cloud-init", "schema", "--config-file", data).returncode == 0


def test_cloud_init_would_refuse_a_wrong_type(
    blueprints: Mapping[str, Blueprint], tmp_path: Path
) -> None:
    """The check above can fail."""
    data = tmp_path / "user-data"
    data.write_text(blueprints["e1"].fragments["cloud-init.yml"].text)
    _spoil(data, "package_update: true", "package_update: 17")
    assert _run("cloud-init", "schema", "--config-file", data).returncode != 0
