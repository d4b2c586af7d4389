"""Login keys and host keys change under a running sshd; a key is pinned as a machine shows it."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from deploy.keyring import Keyring
from deploy.keyring.turning import Turning, retire, rotate, switch
from deploy.keyring.vault import Vault
from tests import parts
from tests.contract.keyring.conftest import Site
from tests.contract.keyring.sshd import MACHINE, Sshd, sshd_of
from workers.ssh.failures import HostKeyError

KEYS = (
    Turning(kind="ssh", name="push"),
    Turning(kind="ssh", name="worker"),
    Turning(kind="host", name=MACHINE),
)


@pytest.fixture
def sshd(require: Callable[[str], Path], site: Site, tmp_path: Path) -> Iterator[Sshd]:
    parts.require_root()
    copied = tmp_path / "keys"
    subprocess.run(["cp", "-a", site.folder, copied], check=True)
    with sshd_of(Keyring(copied), tmp_path / "sshd", require) as running:
        yield running


def logins(keyring: Keyring) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What push and workers have: a key, and the host keys that they believe."""
    pins = keyring.pins(MACHINE)
    return ((keyring.ssh("push").private, pins), (keyring.ssh("worker").private, pins))


def test_nobody_is_shut_out_while_all_three_kinds_of_keys_rotate(sshd: Sshd) -> None:
    """After each step: with what push and workers had before, and with what they have now; before the
    machine is pushed to, and after that."""
    had = logins(sshd.keyring)
    vault = Vault(sshd.keyring.folder)
    for step in (rotate, switch, retire):
        for key in KEYS:
            step(vault, key)
        have = logins(sshd.keyring)
        assert all(sshd.lets_in(*one) for one in (*had, *have))
        sshd.push()
        if step is not retire:
            assert all(sshd.lets_in(*one) for one in had)
        assert all(sshd.lets_in(*one) for one in have)
        had = have


def test_a_former_key_opens_nothing_in_the_end(sshd: Sshd) -> None:
    """Neither the login's nor the host's."""
    private, pins = sshd.keyring.ssh("worker").private, sshd.keyring.pins(MACHINE)
    vault = Vault(sshd.keyring.folder)
    for step in (rotate, switch, retire):
        for key in KEYS:
            step(vault, key)
    sshd.push()
    with pytest.raises(HostKeyError):
        sshd.lets_in(private, pins)
    with pytest.raises(Exception, match="Authentication failed"):
        sshd.lets_in(private, sshd.keyring.pins(MACHINE))


class Pinning:
    """Somebody at a terminal, with an inventory in which the machine is reached at this sshd."""

    def __init__(self, sshd: Sshd, site: Site, folder: Path) -> None:
        self.file, self.sshd = folder / "inventory.toml", sshd
        made = site.keyring.pins(MACHINE)[0]
        text = site.text.replace(f'host_keys = ["{made}"]\n', "")
        self.file.write_text(f'{text}\n[machines.web1]\nssh = "127.0.0.1:{sshd.port}"\n')

    def pins(self, *words: str) -> Result:
        command = ["keys", "pin", MACHINE, "--inventory", str(self.file), *words]
        return CliRunner().invoke(main, [*command, "--keys", str(self.sshd.keyring.folder)])

    def forget(self) -> None:
        """As on a site whose machines were there before it had keys."""
        for name in (f"ssh/hosts/{MACHINE}", f"ssh/hosts/{MACHINE}.pub"):
            (self.sshd.keyring.folder / name).unlink()


@pytest.fixture
def pinning(sshd: Sshd, site: Site, tmp_path: Path) -> Pinning:
    return Pinning(sshd, site, tmp_path)


def fingerprint(path: Path) -> str:
    said = subprocess.run(["ssh-keygen", "-lf", path], capture_output=True, text=True, check=True)
    return said.stdout.split()[1]


def test_a_machines_key_is_shown_with_its_fingerprint_and_pinned_on_request(
    pinning: Pinning, sshd: Sshd
) -> None:
    """As ssh-keygen says it on the machine's console; what was pinned is what it shows from then on."""
    pinning.forget()
    before = pinning.file.read_text()
    seen = pinning.pins()
    own = fingerprint(sshd.folder / "host_key")
    assert seen.exit_code == 0, seen.output
    assert f"shows ssh-ed25519 {own}" in seen.stderr
    assert "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub" in seen.stderr
    assert pinning.file.read_text() == before
    assert pinning.pins("--write").exit_code == 0
    assert seen.stdout.strip() in pinning.file.read_text()
    assert "shows its pinned key" in pinning.pins().stderr


def test_a_machine_with_another_key_is_refused_with_both_fingerprints(
    pinning: Pinning, sshd: Sshd, tmp_path: Path
) -> None:
    """Nothing is written, whatever was asked for."""
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "foreign"], check=True
    )
    (sshd.folder / "host_key").write_text((tmp_path / "foreign").read_text())
    sshd.reload()
    before = pinning.file.read_text()
    seen = pinning.pins("--write")
    made = fingerprint(sshd.keyring.folder / f"ssh/hosts/{MACHINE}.pub")
    foreign = fingerprint(tmp_path / "foreign")
    assert seen.exit_code == 1
    assert f"shows ssh-ed25519 {foreign}, but pinned is ssh-ed25519 {made}" in seen.stderr
    assert pinning.file.read_text() == before
    assert pinning.pins("--expect", made, "--write").exit_code == 1
    assert pinning.pins("--expect", foreign, "--write").exit_code == 0
    assert "shows its pinned key" in pinning.pins().stderr


def test_a_machine_that_is_not_there_is_told(pinning: Pinning, sshd: Sshd) -> None:
    """In a bounded time, with what to do."""
    assert sshd.process is not None
    sshd.process.kill()
    sshd.process.wait(10)
    seen = pinning.pins("--timeout", "2")
    assert seen.exit_code == 69
    assert "cannot be reached: Connection refused" in seen.stderr
    assert "start its sshd" in seen.stderr
