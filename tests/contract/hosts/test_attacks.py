"""The forced command attacked with OpenSSH's own tools: each is refused with words, and nothing has changed."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from jobs.remote import LiftRequest, Outcome, ReadRequest
from jobs.wire import encode
from tests.contract import ports
from tests.contract.hosts.intruder import TRUST, Intruder
from tests.contract.hosts.vault import ENV, Vault, change

WORDS = b"pgbaton-remote: knows read, swap and lift, not 'nothing'\n"


@pytest.fixture
def thief(vault: Vault, tmp_path: Path) -> Iterator[Intruder]:
    thief = Intruder(vault=vault, key=tmp_path / "key", app=vault.prepare())
    yield thief
    thief.leaves()


def swap(thief: Intruder) -> bytes:
    """A request that the list permits."""
    return encode(thief.vault.request(thief.app, change(ENV, b"10.0.0.1", b"10.0.0.2")))


COMMANDS = (
    *("sh", "bash -i", "/bin/sh -c id", "pgbaton-remote swap; id", "pgbaton-remote swap && id"),
    *("pgbaton-remote swap\nid", "pgbaton-remote\tswap", " pgbaton-remote swap", "id #pgbaton-remote read"),
    *("pgbaton-remote swap ", "pgbaton-remote swap --help", "pgbaton-remote -c id", "$(id)", "`id`"),
    *("PGBATON-REMOTE SWAP", "pgbaton-remote \uff53wap", "pgbaton-remote read\x7f", "sudo -i", "sudo -n id"),
    *("/usr/local/sbin/pgbaton-remote swap", "env MODE=plain pgbaton-remote swap", "scp -t /etc"),
    *("rsync --server . /", "internal-sftp", "git-upload-pack x", "../../bin/sh", "x" * 20_000),
)  # fmt: skip


def test_another_command_is_none(thief: Intruder) -> None:
    """Whatever is asked for, the script answers, and says what it knows."""
    before = thief.harm()
    for command in COMMANDS:
        done = thief.again(command, sends=b"id\n" + swap(thief))
        assert (done.returncode, done.stdout, done.stderr) == (65, b"", WORDS), command
    assert thief.harm() == before


def test_no_terminal_no_files_no_tunnel(thief: Intruder, tmp_path: Path) -> None:
    """A pty, sftp, scp, an agent, and connections that lead elsewhere by this host."""
    before, port = thief.harm(), str(ports.free()[0])
    at = f"127.0.0.1:{thief.vault.machine.port}"
    tried = {
        "terminal": thief.ssh("-tt", "@"),
        "shell": thief.ssh("@", sends=b"id\nexit\n"),
        "agent": thief.ssh("-A", "@", "env"),
        "x11": thief.ssh("-X", "@", "env"),
        "through": thief.ssh("-W", at, "@"),
        "backwards": thief.ssh("-o", "ExitOnForwardFailure=yes", "-N", "-R", f"{port}:{at}", "@"),
        "subsystem": thief.ssh("-s", "@", "sftp"),
        "sftp": thief.copies("sftp", "-b", "/dev/null", "stranger@127.0.0.1"),
        "scp": thief.copies("scp", "stranger@127.0.0.1:/etc/passwd", str(tmp_path / "taken")),
        "scp of old": thief.copies("scp", "-O", "stranger@127.0.0.1:/etc/passwd", str(tmp_path)),
    }
    assert [name for name, done in tried.items() if done.returncode == 0] == []
    said = b"".join(done.stdout + done.stderr for done in tried.values())
    assert b"uid=" not in said
    assert b"SSH_AUTH_SOCK" not in said
    assert not (tmp_path / "taken").exists()
    assert thief.harm() == before


def test_a_tunnel_opens_no_port(thief: Intruder) -> None:
    """ssh -L and -D listen on the thief's own side; the host connects nowhere for them."""
    local, before = ports.free()[0], thief.harm()
    at = f"127.0.0.1:{thief.vault.machine.port}"
    command = ["ssh", *TRUST, "-i", str(thief.key), "-p", at.rpartition(":")[2], "-N"]
    with subprocess.Popen([*command, "-L", f"{local}:{at}", "stranger@127.0.0.1"]) as running:
        try:
            assert _through(local) == b""
        finally:
            running.kill()
    assert thief.harm() == before


def _through(port: int) -> bytes:
    """What comes through a local port, once somebody listens there."""
    import socket

    for _ in range(400):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=20) as end:
                return end.recv(4)
        except ConnectionRefusedError:
            time.sleep(0.05)
        except ConnectionResetError:
            return b""
    raise AssertionError("ssh never listened")


@pytest.mark.parametrize(
    "environ",
    [
        {"LC_ALL": "../../../tmp/x", "LANG": "$(id)", "LC_PGBATON": "(){:;};id"},
        {"BASH_ENV": "/etc/passwd", "ENV": "/etc/passwd", "IFS": "/n", "CDPATH": "/tmp"},
        {"PGBATON_STATE": "/etc", "PGBATON_HOST": "evil", "SUDO_ASKPASS": "/bin/sh", "SUDO_USER": "x"},
        {"LC_MODE": "plain", "LC_PATH": "/tmp", "PGBATON_MODE": "plain"},
    ],
    ids=range(4),
)  # fmt: skip
def test_the_environment_decides_nothing(thief: Intruder, environ: dict[str, str]) -> None:
    """What ssh sends along reaches neither sudo's command nor the script, even where sshd lets it in."""
    before = thief.harm()
    done = thief.ssh("@", "id", environ=environ)
    assert (done.returncode, done.stdout) == (65, b"")
    assert WORDS in done.stderr
    paths = (thief.app.files[0].path,)
    look = encode(ReadRequest(cluster=thief.vault.cluster, paths=paths))
    seen = thief.ssh("@", "pgbaton-remote read", sends=look, environ=environ)
    assert (seen.returncode, b"hunter2" in seen.stdout) == (0, False)
    assert seen.stdout.startswith(b"pgbaton 1 read\n")
    assert thief.harm() == before


def mutations(thief: Intruder) -> Iterator[tuple[str, bytes]]:
    """The permitted request with one thing in it that is not."""
    yield from other_names(thief)
    yield from other_values(swap(thief))
    yield from other_shapes(swap(thief), thief.app.files[0].path.encode())


def other_names(thief: Intruder) -> Iterator[tuple[str, bytes]]:
    """Another path, service, manager, command, leader or cluster."""
    good = swap(thief)
    path, service = thief.app.files[0].path.encode(), thief.app.services[0].name.encode()
    yield "another path", good.replace(path, b"/etc/sudoers")
    yield "a path around", good.replace(path, path.rpartition(b"/")[0] + b"/../../etc/passwd")
    yield "dots in the path", good.replace(path, path.replace(b"/.env", b"/./.env"))
    yield "an escaped path", good.replace(path, path.replace(b"/.env", b"/\\0056env"))
    yield "a path that goes on", good.replace(path, path + b"\\0012/etc/passwd")
    yield "a NUL in the path", good.replace(path, path + b"\\0000x")
    yield "unicode in the path", good.replace(path, path.replace(b"env", "\uff45nv".encode()))
    yield "another service", good.replace(b"runit:" + service, b"systemd:sshd")
    yield "an option for a service", good.replace(b"runit:" + service, b"systemd:--now")
    yield "another manager", good.replace(b"runit:", b"$(id):")
    yield "another command", good.replace(b"\nafter ", b"\nafter id\nafter ")
    yield "a check", good.replace(b"\nservice ", b"\ncheck id\nservice ")
    yield "another leader", good.replace(thief.app.leader.host.encode(), b"10.6.6.6")
    yield "a folder as cluster", good.replace(b"\ncluster ", b"\ncluster ../../etc/")
    yield (
        "two clusters",
        good.replace(b"\ncluster ", b"\ncluster other\ncluster ", 1).replace(
            thief.vault.cluster.encode(), b"another"
        ),
    )


def other_values(good: bytes) -> Iterator[tuple[str, bytes]]:
    """Another number, value, splice or fence."""
    yield "options in a number", good.replace(b"\nwait 10.0", b"\nwait 10;id")
    yield (
        "a number as long as a line",
        good.replace(b"\nwait 10.0", b"\nwait " + b"9" * 5000 + b".x"),
    )
    yield (
        "another value",
        good.replace(b"2\nafter", b"66\nafter").replace(b"10.0.0.2", b"10.0.0.66"),
    )
    yield "a line break in a value", good.replace(b"10.0.0.2", b"10.0.0.2\\0012APP_KEY=mine")
    yield "a splice beyond the end", good.replace(b"\nsplice ", b"\nsplice 9999")
    yield "a negative splice", good.replace(b"\nsplice ", b"\nsplice -")
    yield "a fence of another kind", good.replace(b"\nfence ", b"\nfence ../")


def other_shapes(good: bytes, path: bytes) -> Iterator[tuple[str, bytes]]:
    """Not quite a request: a line too many or too few, another verb, or anything at all."""
    yield "an unknown line", good.replace(b"\nend\n", b"\neval id\nend\n")
    yield "a verb of its own", good.replace(b"verb swap", b"verb lift")
    yield "another version", good.replace(b"pgbaton 1\n", b"pgbaton 2\n")
    yield "no last line", good.removesuffix(b"end\n")
    yield "cut in the middle", good[: len(good) // 2]
    yield "two requests", good + good
    yield "something behind the end", good + b"id\n"
    yield "nothing", b""
    yield "only an end", b"end\n"
    yield "bytes", bytes(range(256)) * 40
    yield "NULs", b"\0" * 5000 + good.replace(path, b"/etc/sudoers")


def test_no_request_of_his_own_gets_anywhere(thief: Intruder) -> None:
    """Refused before anything changed: with the script's words, or with an answer that names what to do."""
    before, good = thief.harm(), swap(thief)
    for name, request in mutations(thief):
        assert request != good, name
        done = thief.asks("swap", request)
        refused = done.returncode == 65 and done.stderr.startswith(b"pgbaton-remote: ")
        failed = b"outcome failed" in done.stdout and b"\nremedy " in done.stdout
        assert refused or failed, (name, done)
        assert thief.harm() == before, name


@pytest.mark.parametrize("piece", [b"avoid 10.0.0.1 5432\n", b"x", b"\0"])
def test_a_hundred_megabytes_are_not_read(thief: Intruder, piece: bytes) -> None:
    """Refused within seconds, for want of an end: no shell of root's holds them."""
    before, began = thief.harm(), time.monotonic()
    flood = swap(thief).removesuffix(b"end\n") + piece * (100_000_000 // len(piece))
    done = thief.asks("swap", flood)
    assert (done.returncode, done.stdout) == (65, b""), done
    assert b"nothing was done" in done.stderr
    assert time.monotonic() - began < 20
    assert thief.harm() == before


def test_two_at_once_change_it_once(thief: Intruder) -> None:
    """Both are asked for what the list permits: one does it, the other finds it done, or other bytes than it read."""
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: thief.asks("swap", swap(thief)), range(2)))
    first, second = sorted(done.stdout.split(b"\n")[1] for done in both)
    assert first == b"outcome changed"
    assert second in {b"outcome held", b"outcome file-changed"}
    assert thief.harm()["restarts"] == 1
    assert thief.harm()["runs"] == 1


def test_what_a_stolen_key_can_do_is_what_is_written(thief: Intruder) -> None:
    """README says it: lift the fence, and point the application at another listed member, an old one too."""
    vault = thief.vault
    swap_ = vault.request(thief.app, change(ENV, b"10.0.0.1", b"10.0.0.2"))
    assert vault.send(swap_).outcome == Outcome.CHANGED
    lower = replace(swap_, fence=replace(swap_.fence, epoch=1))
    assert vault.send(lower).outcome == Outcome.LOWER_FENCE
    lift = encode(LiftRequest(cluster=vault.cluster, expected=swap_.fence))
    assert thief.asks("lift", lift).returncode == 0
