"""The script under every shell that may be a host's /bin/sh."""

import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.remote import hardened_script, plain_script
from jobs.inventory import Address
from jobs.remote import AppSwap, LiftRequest, Outcome, Phase, ReadRequest, SwapReply, SwapRequest
from jobs.wire import Request, decode_read, decode_swap, encode, verb_of
from tests.contract.hosts.worlds import fence, file_swap, line

SHELLS = ("dash", "bash")


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("script", [plain_script, hardened_script])
def test_it_parses(require: Callable[[str], Path], shell: str, script: Callable[[], str]) -> None:
    """No syntax that one of them does not know."""
    require(shell)
    subprocess.run([shell, "-n"], input=script().encode(), check=True, timeout=10)


@pytest.mark.parametrize("shell", SHELLS)
def test_read_swap_and_lift(require: Callable[[str], Path], tmp_path: Path, shell: str) -> None:
    """The whole way, without a connection and without root's help."""
    require(shell)
    path = tmp_path / ".env"
    path.write_bytes(line(b"a"))
    tmp_path.chmod(0o755)

    def ask(request: Request) -> bytes:
        command = [shell, "-c", plain_script(), "pgbaton-remote", verb_of(request)]
        text = encode(request, state=str(tmp_path / "state"))
        return subprocess.run(
            command, input=text, capture_output=True, timeout=20, check=True
        ).stdout

    def swap(to: bytes, epoch: int) -> SwapReply:
        app = AppSwap(
            leader=Address(host="127.0.0.1", port=leader.getsockname()[1]),
            files=(file_swap(str(path), path.read_bytes(), to),),
            after=("echo >>ran",),
            check="true",
        )
        request = SwapRequest(
            cluster="shop",
            fence=fence(epoch),
            avoid=(Address(host="localhost", port=1), Address(host="fd00::1")),
            apps=(app,),
        )
        return decode_swap(ask(request))

    with socket.create_server(("127.0.0.1", 0)) as leader:
        reply = swap(b"b c\\d'e\"", 10)
        assert (reply.outcome, reply.phase) == (Outcome.CHANGED, Phase.CHECKED), reply
        assert path.read_bytes() == line(b"b c\\d'e\"")
        assert swap(b"a", 9).outcome == Outcome.LOWER_FENCE
        assert swap(b"b c\\d'e\"", 11).outcome == Outcome.UNCHANGED
    assert (tmp_path / "ran").read_text() == "\n"
    state = decode_read(ask(ReadRequest(cluster="shop", paths=(str(path),))))
    assert state.fence == fence(11)
    assert decode_swap(ask(LiftRequest(cluster="shop", expected=None)), verb="lift").fence is None


@pytest.mark.parametrize(
    "change",
    [
        ("pgbaton 1", "pgbaton 2"),
        ("verb read", "verb swap"),
        ("cluster shop", "cluster ../shop"),
        ("cluster shop", "cluster ."),
        ("cluster shop", "cluster"),
        ("wait 10.0", "wait 1;id"),
        ("wait 10.0", "wait 10.0\nnonsense"),
        ("end\n", "end"),
        ("end\n", ""),
    ],
)
def test_a_request_that_is_none_is_refused(tmp_path: Path, change: tuple[str, str]) -> None:
    """Status 65, a sentence on stderr, nothing on stdout, nothing made."""
    text = encode(ReadRequest(cluster="shop", paths=()), state=str(tmp_path / "state")).decode()
    command = ["sh", "-c", plain_script(), "pgbaton-remote", "read"]
    bad = text.replace(*change)
    assert bad != text
    done = subprocess.run(command, input=bad.encode(), capture_output=True, timeout=10, check=False)
    assert (done.returncode, done.stdout) == (65, b"")
    assert done.stderr.startswith(b"pgbaton-remote: ")
    assert not (tmp_path / "state").exists()
