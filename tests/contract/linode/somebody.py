"""Somebody who types `pgbaton provision` before the double; each test of it would set the scene by itself."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from click.testing import CliRunner, Result

from deploy.cli.command import main
from deploy.cli.equipped import EquippedDesk
from tests.contract.linode.double import Double


@dataclass(slots=True, kw_only=True)
class Somebody:
    """Whose inventory wants a small architecture, with keys that are made already."""

    folder: Path
    double: Double
    keys: Path
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        return self.folder / "inventory.toml"

    def writes(self, old: str, new: str) -> None:
        """Change the inventory in one place."""
        text = self.file.read_text()
        assert old in text
        self.file.write_text(text.replace(old, new, 1))

    def types(self, *words: str) -> Result:
        environ = {
            "PGBATON_INVENTORY": str(self.file),
            "PGBATON_LINODE_TOKEN": self.double.token,
            "PATH": "/usr/bin:/bin",
            **self.environ,
        }
        runner = CliRunner(env={"PGBATON_INVENTORY": str(self.file)})
        return runner.invoke(main, [*words], obj=EquippedDesk(environ), catch_exceptions=False)

    def keyed(self) -> None:
        """Have the keys, without which no machine could be logged in to."""
        shutil.copytree(self.keys, self.folder / "keys", dirs_exist_ok=True)
        secret = self.folder / "keys" / "secrets" / "linode-token"
        secret.touch(0o600)
        secret.write_text(self.double.token)


def created(double: Double) -> int:
    return sum(e.method != "GET" for e in double.exchanges)
