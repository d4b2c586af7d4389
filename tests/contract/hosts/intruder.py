"""Somebody with a stolen key of hardened mode and every tool of OpenSSH: without him a key would be tried politely."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from jobs.remote import AppSwap
from tests.contract.hosts.vault import Vault

TRUST = (
    *("-F", "none", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "LogLevel=ERROR"),
    *("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "ConnectTimeout=5"),
)  # fmt: skip
Done = subprocess.CompletedProcess[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intruder:
    """Whoever holds the key of a vault. `app` is what its list permits."""

    vault: Vault
    key: Path
    app: AppSwap

    def ssh(
        self, *words: str, sends: bytes = b"", environ: Mapping[str, str] | None = None
    ) -> Done:
        """`ssh` with these words, the place among them as `@`."""
        sets = [f"SetEnv={' '.join(f'{k}={v}' for k, v in environ.items())}"] if environ else []
        options = [*TRUST, *(w for one in sets for w in ("-o", one)), "-i", str(self.key)]
        port = ["-p", str(self.vault.machine.port)]
        told = ["stranger@127.0.0.1" if word == "@" else word for word in words]
        return run(["ssh", *options, *port, *told], sends)

    def copies(self, program: str, *words: str) -> Done:
        """`scp` or `sftp` with this key."""
        port = ["-P", str(self.vault.machine.port)]
        return run([program, *TRUST, "-i", str(self.key), *port, *words], b"")

    def asks(self, verb: str, request: bytes) -> Done:
        """A request of his own making."""
        return self.again(f"pgbaton-remote {verb}", sends=request)

    def again(self, command: str, *, sends: bytes) -> Done:
        """Another session on one connection: a login each would make a hundred attacks slow."""
        return self.ssh(*self._shared, "@", command, sends=sends)

    def leaves(self) -> None:
        """End that connection."""
        self.ssh(*self._shared, "-O", "exit", "@")

    @property
    def _shared(self) -> tuple[str, ...]:
        kept = f"ControlPath={self.vault.machine.root}/mux-{self.vault.cluster}"  # nobody's before
        return ("-o", "ControlMaster=auto", "-o", "ControlPersist=60", "-o", kept)

    def harm(self) -> Mapping[str, object]:
        """All that could have changed: the file, its neighbours, the journals, restarts and runs."""
        path, machine = Path(self.app.files[0].path), self.vault.machine
        return {
            "content": path.read_bytes(),
            "beside": sorted(str(p) for p in path.parent.rglob("*")),
            "mode": (path.stat().st_mode, path.stat().st_uid),
            "journal": {str(p): p.read_bytes() for p in _below(machine.state, self.vault.cluster)},
            "restarts": self.vault.restarts(self.app.services[0]),
            "runs": self.vault.runs(self.app.after[0]),
            "list": (machine.root / "etc/pgbaton/remote.list").read_bytes(),
            "etc": sorted(p.name for p in (machine.root / "etc").iterdir()),
        }


def _below(state: Path, cluster: str) -> Sequence[Path]:
    """The cluster's journals; its lock may be there after a look."""
    found = (p for p in state.rglob("*") if p.is_file() and cluster in str(p))
    return sorted(p for p in found if p.stat().st_size)


def run(command: Sequence[str], sends: bytes) -> Done:
    """Into files: the shared connection's process would hold pipes open."""
    with TemporaryFile() as out, TemporaryFile() as err:
        done = subprocess.run(command, input=sends, stdout=out, stderr=err, timeout=40)
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(command, done.returncode, out.read(), err.read())
