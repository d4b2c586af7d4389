"""An inventory and a keyring whose one machine is the bench, for the command as an operator types it."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from deploy.cli import main
from deploy.keyring import Completed, complete
from tests.contract.push.bench import Bench
from tests.parts import ROOT

INVENTORY = """schema = 1
redis = {{ url = "redis://127.0.0.8:1" }}
etcd.main = {{ endpoints = ["http://127.0.0.8:1"] }}
deploy = {{ user = "{user}", networks = ["127.0.0.0/8"] }}

[clusters.shop]
etcd = "main"
scope = "shop"

[machines.shop1]
ssh = "127.0.0.1:{port}"
host_keys = ["{key}"]

[hosts.shop1]
address = "127.0.0.1"
user = "shop"
host_keys = ["{key}"]

{more}
"""


class Whole:
    """A folder with inventory.toml and keys."""

    def __init__(self, bench: Bench, folder: Path, *, more: str = "", host_key: str = "") -> None:
        self.folder, self.bench = folder, bench
        machine = bench.machine
        text = INVENTORY.format(
            user=bench.user, port=machine.port, key=host_key or machine.host_key, more=more
        )
        done = complete(text, folder / "keys", dt.datetime.now(dt.UTC))
        assert isinstance(done, Completed), done
        (folder / "inventory.toml").write_text(done.text)
        public = (folder / "keys/ssh/push.pub").read_text()
        (machine.root / f"authorized_keys_{bench.user}").write_text(public)

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """`pgbaton push ARGUMENTS`, as a process of its own, which hears Ctrl-C even where these tests run in
        the background of a script, which ignores it."""
        heard = ["env", "--default-signal=INT"]
        return subprocess.Popen(
            [*heard, str(Path(sys.executable).with_name("pgbaton")), "push", *arguments],
            env={**os.environ, "PGBATON_INVENTORY": str(self.folder / "inventory.toml")},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """The same within this process: its exit code, output and errors. Nobody pushes any more."""
        self.bench.free()
        env = {"PGBATON_INVENTORY": str(self.folder / "inventory.toml")}
        said = CliRunner().invoke(main, ["push", *arguments], env=env)
        assert said.exception is None or isinstance(said.exception, SystemExit), said.exception
        return said.exit_code, said.stdout, said.stderr
