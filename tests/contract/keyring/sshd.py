"""An sshd laid down from a keyring: host key and authorized keys as a machine is given them."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.keyring import Keyring
from jobs.inventory import Host
from tests.contract import ports
from workers.ssh import load_key
from workers.ssh.connect import connect
from workers.ssh.dial import dial

MACHINE = "web1"
CONFIG = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host_key
PidFile none
AuthorizedKeysFile {folder}/authorized_keys
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PermitRootLogin prohibit-password
"""


@dataclass(slots=True)
class Sshd:
    """A running one. It has what was laid down last; a reload has it read that."""

    folder: Path
    keyring: Keyring
    program: Path
    port: int = field(default_factory=lambda: ports.free()[0])
    process: subprocess.Popen[bytes] | None = None

    def push(self) -> None:
        """To the machine: who may log in, and its own key."""
        lines = (*self.keyring.authorized("push"), *self.keyring.authorized("worker"))
        self._put("authorized_keys", "".join(f"{line}\n" for line in lines))
        self._put("host_key", self.keyring.host_key(MACHINE).private)
        if self.process is not None:
            self.reload()

    def reload(self) -> None:
        """Let it read its files anew; back once it listens again, for meanwhile it refuses everybody."""
        assert self.process is not None
        before = self._listened()
        self.process.send_signal(signal.SIGHUP)
        end = time.monotonic() + 30
        while self._listened() == before:
            assert time.monotonic() < end, (self.folder / "log").read_text()
            time.sleep(0.02)
        self._until_it_answers()

    def _listened(self) -> int:
        return (self.folder / "log").read_text().count("Server listening")

    @contextmanager
    def running(self) -> Iterator[None]:
        self.push()
        self._put("config", CONFIG.format(port=self.port, folder=self.folder))
        # In a mount namespace of its own: sshd wants /run/sshd, which this machine may not have.
        inside = f"mount -t tmpfs tmpfs /run && mkdir /run/sshd && exec {self.program} -D -e -f {self.folder}/config"
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(["unshare", "--mount", "sh", "-c", inside], stderr=log)
        try:
            self._until_it_answers()
            yield
        finally:
            self.process.kill()
            self.process.wait(20)

    def lets_in(self, private: str, pins: tuple[str, ...]) -> bool:
        """Whether a login works with this key, by somebody who believes these host keys."""
        path = self.folder / "login"
        self._put("login", private)
        host = Host.model_validate(
            {"address": "127.0.0.1", "port": self.port, "user": "root", "host_keys": pins}
        )
        connect(host, load_key(path), deadline=time.monotonic() + 30).close()
        return True

    def _put(self, name: str, text: str) -> None:
        path = self.folder / name
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(text)

    def _until_it_answers(self) -> None:
        end = time.monotonic() + 30
        while not _answers(self.port):
            assert time.monotonic() < end, (self.folder / "log").read_text()
            time.sleep(0.02)


def _answers(port: int) -> bool:
    try:
        sock = dial("127.0.0.1", port, deadline=time.monotonic() + 20)
    except OSError:
        return False
    with sock:
        try:
            return sock.recv(4) == b"SSH-"
        except OSError:
            return False


@contextmanager
def sshd_of(keyring: Keyring, folder: Path, require: Callable[[str], Path]) -> Iterator[Sshd]:
    folder.mkdir()
    for program in ("unshare", "mount"):
        require(program)
    sshd = Sshd(folder, keyring, require("sshd"))
    with sshd.running():
        yield sshd
