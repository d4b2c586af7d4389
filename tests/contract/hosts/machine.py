"""A host with a real sshd, sudo and runit in namespaces of its own: the machine's accounts stay untouched."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from jobs.inventory import Host
from tests import parts

ACCOUNTS = {"deploy": 4001, "shop": 4002, "stranger": 4003}
HERE = Path(__file__).parent
PATIENCE = 20.0  # seconds for anything to come up


@dataclass(slots=True)
class Machine:
    """A running host. `root` is its private folder, seen by both sides under the same path."""

    root: Path
    port: int
    key_file: Path
    host_key: str
    pid: int = 0
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def host(self, user: str = "root", **changes: object) -> Host:
        """The inventory's view of it."""
        parts_: dict[str, object] = {
            "address": "127.0.0.1",
            "port": self.port,
            "user": user,
            "host_keys": (self.host_key,),
            "become": "none" if user == "root" else "sudo",
        }
        return Host.model_validate(parts_ | changes)

    def inside(self, *command: str, text: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command as root within the host's namespaces."""
        enter = ["nsenter", "--target", str(self.pid), "--mount", "--pid", "--"]
        return subprocess.run(
            [*enter, *command], input=text, text=True, capture_output=True, timeout=30, check=True
        )

    @property
    def state(self) -> Path:
        """Where root's journals are, as seen from outside."""
        return self.root / "varlib" / "pgbaton"

    def folder(self, owner: str = "shop", mode: int = 0o755) -> Path:
        """A new empty folder of that user, which everybody may reach."""
        path = Path(tempfile.mkdtemp(dir=self.root / "srv"))
        os.chown(path, *[ACCOUNTS.get(owner, 0)] * 2)
        path.chmod(mode)
        return path

    def file(
        self, content: bytes, *, owner: str = "shop", mode: int = 0o640, name: str = ".env"
    ) -> Path:
        """A new file of that user in a new folder."""
        path = self.folder(owner) / name
        write(path, content, owner=owner, mode=mode)
        return path

    def service(self, run: str = "exec sleep 1000") -> Service:
        """A service under a real runsv, which counts its starts."""
        folder = Path(tempfile.mkdtemp(dir=self.root / "services"))
        script = folder / "run"
        script.write_text(f"#!/bin/sh\necho >>{folder}/starts\n{run}\n")
        script.chmod(0o755)
        enter = ["nsenter", "--target", str(self.pid), "--mount", "--pid", "--"]
        self.started.append(
            subprocess.Popen(
                [*enter, "runsv", str(folder)], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        )
        service = Service(folder)
        until(lambda: service.starts == 1, f"{folder} runs")
        return service


@dataclass(frozen=True, slots=True)
class Service:
    folder: Path

    @property
    def name(self) -> str:
        return str(self.folder)

    @property
    def starts(self) -> int:
        with suppress(FileNotFoundError):
            return len((self.folder / "starts").read_text())
        return 0

    @property
    def restarts(self) -> int:
        return self.starts - 1


def write(path: Path, content: bytes, *, owner: str, mode: int) -> None:
    """Put a file there, replacing what is there in place."""
    path.write_bytes(content)
    os.chown(path, *[ACCOUNTS.get(owner, 0)] * 2)
    path.chmod(mode)


def until(true: object, what: str, *, patience: float = PATIENCE) -> None:
    """Wait until a callable says yes, and fail with what was waited for."""
    assert callable(true)
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, f"waited {patience} s in vain: {what}"
        time.sleep(0.02)


@contextmanager
def running_machine() -> Iterator[Machine]:
    """Start the host; everything in it dies with it."""
    parts.require_root()
    for program in ("sshd", "ssh-keygen", "sudo", "unshare", "nsenter", "runsv", "sv", "setpriv"):
        parts.require(program)
    root = Path(tempfile.mkdtemp(prefix="pgbaton-host-"))
    root.chmod(0o755)
    try:
        machine = _prepared(root)
        with _sshd(machine):
            yield machine
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _prepared(root: Path) -> Machine:
    for name in ("etc", "varlib", "srv", "services", "homes", "sbin"):
        (root / name).mkdir(mode=0o755)
    for name in ("host_key", "client_key"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(root / name)],
            check=True,
            timeout=30,
        )
    public = " ".join((root / "host_key.pub").read_text().split()[:2])
    machine = Machine(root=root, port=_free_port(), key_file=root / "client_key", host_key=public)
    _write_accounts(root)
    (root / "authorized_keys").write_text((root / "client_key.pub").read_text())
    (root / "sshd_config").write_text(_config(machine))
    return machine


def _write_accounts(root: Path) -> None:
    shutil.copytree("/etc", root / "etc", symlinks=True, dirs_exist_ok=True, ignore=_devices)
    _without_start_files(root / "etc/passwd")
    for name, number in ACCOUNTS.items():
        home = root / "homes" / name
        home.mkdir()
        os.chown(home, number, number)
        _append(root / "etc/passwd", f"{name}:x:{number}:{number}::{home}:/bin/sh")
        _append(root / "etc/group", f"{name}:x:{number}:")
        _append(root / "etc/shadow", f"{name}:*:19000:0:99999:7:::")
    sudoers = root / "etc/sudoers"
    sudoers.unlink(missing_ok=True)
    sudoers.write_text(
        "Defaults env_reset\nDefaults use_pty\ndeploy ALL=(root) NOPASSWD: ALL\n@includedir /etc/sudoers.d\n"
    )
    sudoers.chmod(0o440)
    shutil.rmtree(root / "etc/sudoers.d", ignore_errors=True)
    if (root / "etc/service").is_symlink():  # Debian's leads out of the copy
        (root / "etc/service").unlink()
    for name in ("sudoers.d", "pgbaton", "service"):
        (root / "etc" / name).mkdir(exist_ok=True)


def _without_start_files(passwd: Path) -> None:
    """Root logs in with a plain shell: whatever this machine's .bashrc does is not measured."""
    lines = [
        ":".join([*line.split(":")[:-1], "/bin/sh"]) for line in passwd.read_text().splitlines()
    ]
    passwd.write_text("\n".join(lines) + "\n")


def _devices(folder: str, names: list[str]) -> set[str]:
    return {
        n
        for n in names
        if not (
            Path(folder, n).is_file() or Path(folder, n).is_dir() or Path(folder, n).is_symlink()
        )
    }


def _append(path: Path, line: str) -> None:
    with path.open("a") as file:
        file.write(line + "\n")


def _config(machine: Machine) -> str:
    return "\n".join(
        [
            f"Port {machine.port}",
            "ListenAddress 127.0.0.1",
            "ListenAddress ::1",
            f"HostKey {machine.root}/host_key",
            f"AuthorizedKeysFile {machine.root}/authorized_keys {machine.root}/authorized_keys_%u",
            "StrictModes no",
            "UsePAM no",
            "PermitRootLogin prohibit-password",
            "PasswordAuthentication no",
            "PidFile none",
            "MaxStartups 100",
            "",
        ]
    )


@contextmanager
def _sshd(machine: Machine) -> Iterator[None]:
    root, sshd = machine.root, parts.require("sshd")
    begin = (
        f"mount --bind {root}/etc /etc && mount --bind {root}/varlib /var/lib && mount --bind {root}/sbin /usr/local/sbin && mount -t tmpfs tmpfs /run"
        f" && mkdir -p /run/sshd && exec {sshd} -D -e -f {root}/sshd_config"
    )
    with (root / "sshd.log").open("wb") as log:
        process = subprocess.Popen(
            [
                "unshare",
                "--mount",
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "sh",
                "-c",
                begin,
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        until(lambda: _answers(machine.port) or process.poll() is not None, "sshd answers")
        assert process.poll() is None, (root / "sshd.log").read_text()
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        machine.pid = int(children.split()[0])
        yield
    finally:
        process.kill()
        process.wait(timeout=10)
        for started in machine.started:
            started.wait(timeout=10)


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as sock:
        return sock.recv(4) == b"SSH-"
    return False


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
