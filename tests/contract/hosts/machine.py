"""A host with a real sshd, sudo and runit in namespaces of its own: the machine's accounts stay untouched."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from jobs.inventory import Host
from tests import parts
from tests.contract import ports
from tests.contract.hosts.services import Service, new_service
from tests.waiting import until

ACCOUNTS = {"deploy": 4001, "shop": 4002, "stranger": 4003}
HERE = Path(__file__).parent
PROGRAMS = (
    *("sshd", "ssh", "ssh-keygen", "sudo", "unshare", "nsenter", "runsv", "sv", "setpriv"),
    *("setfacl", "getfacl", "chattr", "lsattr", "namei", "pgrep", "ps", "flock"),
)
SPARE = 10  # services that are started ahead


@dataclass(slots=True)
class Machine:
    """A running host. `root` is its private folder, seen by both sides under the same path."""

    root: Path
    port: int
    key_file: Path
    host_key: str
    pid: int = 0
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)
    spare: list[Service] = field(default_factory=list)

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

    def service(self, run: str = "") -> Service:
        """A service under a real runsv, which counts its starts. A usual one is up for a while
        already: runsv lets a second pass before it starts a younger one anew."""
        if run:
            service = self._start(run)
            until(lambda: service.starts == 1, f"{service.name} runs")
            return service
        while len(self.spare) < SPARE:
            self.spare.append(self._start("exec sleep 1000"))
        service = self.spare.pop(0)
        until(lambda: service.starts == 1, f"{service.name} runs")
        return service

    def _start(self, run: str) -> Service:
        service = new_service(self.root / "services", run)
        enter = ["nsenter", "--target", str(self.pid), "--mount", "--pid", "--"]
        command = [*enter, "runsv", service.name]
        self.started.append(
            subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        )
        return service


def write(path: Path, content: bytes, *, owner: str, mode: int) -> None:
    """Put a file there, replacing what is there in place."""
    path.write_bytes(content)
    os.chown(path, *[ACCOUNTS.get(owner, 0)] * 2)
    path.chmod(mode)


@contextmanager
def running_machine() -> Iterator[Machine]:
    """Start the host; everything in it dies with it."""
    parts.require_root()
    for program in PROGRAMS:
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
    machine = Machine(
        root=root, port=ports.free()[0], key_file=root / "client_key", host_key=public
    )
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
            "AcceptEnv LANG LC_* ENV BASH_ENV IFS CDPATH PGBATON_* SUDO_*",  # more than Debian's
            "Subsystem sftp internal-sftp",
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
        f" && mkdir -p /run/sshd && {{ [ ! -e /usr/bin/systemctl ] || mount --bind {HERE}/systemctl.sh /usr/bin/systemctl; }} && exec {sshd} -D -e -f {root}/sshd_config"
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
        until(lambda: answers(machine.port) or process.poll() is not None, "sshd answers")
        assert process.poll() is None, (root / "sshd.log").read_text()
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        machine.pid = int(children.split()[0])
        yield
    finally:
        process.kill()
        process.wait(timeout=10)
        for started in machine.started:
            started.wait(timeout=10)


def answers(port: int) -> bool:
    """Whether an sshd greets there."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as sock:
        return sock.recv(4) == b"SSH-"
    return False
