"""A database node as the hook sees it: without it every test would lay out config, keys and tools itself."""

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.hook import hook_script
from deploy.lab.process import status
from tests.contract.hook.receiver import Post
from tests.waiting import until

# For tests whose seconds pass in curl, in sleep or in the webhook, not in the shell.
IN_DASH = pytest.mark.parametrize("shell", ["dash"], indirect=True)
TOOLS = """
cat curl cut date find flock grep iconv id ln mkdir mktemp mv nohup od openssl readlink rm sed setsid sleep tail tr wc
"""


Read = TypeVar("Read")


class Node:
    """One config, one spool, both kinds of key, and a folder with the tools that there are."""

    def __init__(self, folder: Path, *, shell: Path, urls: list[str]) -> None:
        self.folder = folder
        self.shell = shell
        self.config = folder / "hook.conf"
        self.spool = folder / "spool"
        self.hook = install(folder)
        self.settings = {
            "sender": "db-1",
            "cluster": "main",
            "member": "pg0",
            "spool": str(self.spool),
            "key": str(folder / "key"),
            "scheme": "v1a",
            "path": str(folder / "tools"),
        }
        self.urls = urls
        self.private = Ed25519PrivateKey.generate()
        self.secret = secrets.token_bytes(32)
        self.spool.mkdir()
        self._lay_tools()
        self._write_keys()
        self.write()

    def _lay_tools(self) -> None:
        tools = self.folder / "tools"
        tools.mkdir()
        (tools / "sh").symlink_to(self.shell)
        for name in TOOLS.split():
            if found := shutil.which(name, path="/usr/bin:/bin:/usr/sbin:/sbin"):
                (tools / name).symlink_to(found)

    def _write_keys(self) -> None:
        pem = self.private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        padded = self.secret.ljust(64, b"\0")
        self.key_file("key", pem)
        self.key_file("key.inner", bytes(byte ^ 0x36 for byte in padded))
        self.key_file("key.outer", bytes(byte ^ 0x5C for byte in padded))

    def key_file(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.write_bytes(content)
        path.chmod(0o600)

    def write(self, *, extra: str = "", **settings: str) -> None:
        """Write the config anew, with these settings changed and these lines added."""
        self.settings |= settings
        lines = [f"{name}={value}" for name, value in self.settings.items()]
        lines += [f"url={url}" for url in self.urls]
        self.config.write_text("\n".join(["# a comment", "", *lines, extra]) + "\n")

    def without(self, tool: str) -> None:
        (self.folder / "tools" / tool).unlink()

    def sleeping(self, script: str) -> None:
        """Give the hook another `sleep`, which writes down each nap before it runs this."""
        self.without("sleep")
        sleep = self.folder / "tools/sleep"
        sleep.write_text(f'#!/bin/sh\necho "$1" >>"{self.folder}/naps"\n{script}\n')
        sleep.chmod(0o755)

    def napping(self) -> None:
        """Let it sleep as ever, and count its naps: what it means to wait is the same on a slow machine."""
        self.sleeping('exec /bin/sleep "$1"')

    def slept(self) -> float:
        """Add up the seconds that the hook meant to sleep."""
        naps = self.folder / "naps"
        tenths = naps.read_text().split() if naps.exists() else []
        return sum(round(float(nap) * 10) for nap in tenths) / 10

    def telling(self) -> None:
        """Give the hook another `curl`, which writes down whom it asks, and for how many seconds at most."""
        real = (self.folder / "tools/curl").readlink()
        self.without("curl")
        curl = self.folder / "tools/curl"
        wanted = 's/^url = "\\(.*\\)"$/\\1/p; s/^max-time = "\\(.*\\)"$/\\1/p'
        curl.write_text(
            f"#!/bin/sh\nsed -n '{wanted}' \"$4\" >>'{self.folder}/asked'\nexec {real} \"$@\"\n"
        )
        curl.chmod(0o755)

    def asked(self) -> list[tuple[str, str]]:
        """Whom, and for how many seconds at most, in the order of the askings."""
        words = (self.folder / "asked").read_text().split()
        return list(zip(words[::2], words[1::2], strict=True))

    def command(self, *arguments: str | bytes) -> list[str | bytes]:
        return [str(self.shell), str(self.hook), "--config", str(self.config), *arguments]

    def run(self, *arguments: str | bytes) -> subprocess.CompletedProcess[str]:
        """Run the hook with a bare environment; waits, as Patroni's log would, for its pipes to close."""
        return subprocess.run(
            self.command(*arguments),
            env={},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    def callback(self, action: str = "on_role_change", role: str = "primary") -> None:
        done = self.run(action, role, "main")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    def spooled(self) -> list[Path]:
        return sorted(self.spool.glob("[0-9]*.json"))

    def rejected(self) -> list[Path]:
        return sorted(self.spool.glob("rejected/*.json"))

    def log(self) -> str:
        log = self.spool / "log"
        return log.read_text() if log.exists() else ""

    def signed(self, post: Post) -> bool:
        """Tell whether the post carries this node's signature in its scheme."""
        scheme, _, text = post.headers["webhook-signature"].partition(",")
        timestamp = post.headers["webhook-timestamp"]
        message = f"{post.id}.{timestamp}.".encode() + post.body
        given = base64.b64decode(text, validate=True)
        if scheme == "v1":
            return hmac.compare_digest(given, hmac.digest(self.secret, message, hashlib.sha256))
        self.private.public_key().verify(given, message)
        return scheme == "v1a"

    def processes(self) -> list[int]:
        """List the processes that were started for this node's config."""
        wanted = os.fsencode(self.config)
        named = (pid for pid, line in command_lines().items() if wanted in line)
        # In the midst of an exec there is no command line, but still the folder that it was started in.
        return sorted({*named, *(pid for pid, cwd in folders().items() if cwd == self.folder)})

    def settle(self, *, within: float) -> None:
        """Wait until no deliverer of this node is left."""
        self._until_none(lambda _: None, within=within)

    def end(self) -> None:
        """Kill all that was started for this node, and what that was about to start."""
        self._until_none(lambda pid: os.kill(pid, signal.SIGKILL), within=20)

    def _until_none(self, deal: Callable[[int], None], *, within: float) -> None:
        """Deal with each process until none is seen twice in a row: one may begin behind a look."""
        deadline = time.monotonic() + within
        empty = 0
        while empty < 2:
            found = self.processes()
            assert time.monotonic() < deadline, f"not within {within} s: {found} {self.log()}"
            for pid in found:
                with contextlib.suppress(ProcessLookupError):
                    deal(pid)
            empty = 0 if found else empty + 1
            time.sleep(0.01)

    def deliverer(self) -> int:
        """Wait for the node's one deliverer that has found no webhook: the leader of its own session."""
        until(self.log, seconds=20)
        (leader,) = [pid for pid in self.processes() if status(pid)[3:4] == [str(pid)]]
        return leader

    @contextmanager
    def halted(self) -> Iterator[None]:
        """While its deliverer waits for a webhook, all of it stands still: whoever walks over its folder would
        meet files that come and go."""
        session = self.deliverer()
        try:
            until(lambda: stopped(session), seconds=20)
            yield
        finally:
            os.killpg(session, signal.SIGCONT)


def install(folder: Path) -> Path:
    """Write the hook as a database node has it."""
    hook = folder / "pgbaton-hook"
    hook.write_text(hook_script())
    hook.chmod(0o755)
    return hook


def command_lines() -> dict[int, bytes]:
    """Read what `ps` would show of every process."""
    return of_each(lambda process: (process / "cmdline").read_bytes())


def folders() -> dict[int, Path]:
    """Read the current folder of every process."""
    return of_each(lambda process: (process / "cwd").readlink())


def of_each(read: Callable[[Path], Read]) -> dict[int, Read]:
    """What one reads of each process below /proc, but for those that end meanwhile."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                found[int(entry.name)] = read(entry)
    return found


def stopped(session: int) -> bool:
    """Stop all of a session, and tell whether nothing of it runs: stopped, or dead. It goes on where not: a
    shell that waits for its child's exec (vfork) cannot be stopped before that child."""
    os.killpg(session, signal.SIGSTOP)
    for _ in range(10):
        every = of_each(lambda process: status(int(process.name))).values()
        if {one[0] for one in every if one[3:4] == [str(session)]} <= set("TtZX"):
            return True
    os.killpg(session, signal.SIGCONT)
    return False
