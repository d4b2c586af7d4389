"""What a person and a timer get from the hook: flush, status, check and plain words."""

import pytest

from tests.contract.hook.node import IN_DASH, Node
from tests.contract.hook.receiver import Answer, Receiver, unreachable


@pytest.mark.parametrize("scheme", ["v1a", "v1"])
def test_flush_delivers_and_status_tells(node: Node, receiver: Receiver, scheme: str) -> None:
    """A flush delivers what a dead deliverer left; status says 1 before and 0 after."""
    node.write(scheme=scheme)
    node.callback()
    node.end()
    before = node.run("--status")
    receiver.up()
    assert node.run("--flush").returncode == 0
    after = node.run("--status")
    assert (before.returncode, before.stdout.split(" (")[0]) == (
        1,
        "spooled 1, rejected 0, dropped 0",
    )
    assert (after.returncode, after.stdout.split(" (")[0]) == (
        0,
        "spooled 0, rejected 0, dropped 0",
    )
    assert node.signed(receiver.posts[0])


@pytest.mark.parametrize("scheme", ["v1a", "v1"])
def test_a_ping_is_signed_and_its_answer_printed(
    node: Node, receiver: Receiver, scheme: str
) -> None:
    """It is posted in the foreground, as an operator's request that moves nothing; nothing is spooled."""
    node.write(scheme=scheme)
    receiver.up()
    done = node.run("--ping")
    assert (done.returncode, done.stdout.split()[:2]) == (0, ["202", receiver.url])
    [post] = receiver.posts
    assert node.signed(post)
    assert (post.event["type"], post.event["data"]["action"], post.event["data"]["member"]) == (
        "pgbaton.operator.request",
        "ping",
        "pg0",
    )
    assert node.spooled() == []


@IN_DASH
def test_a_ping_asks_every_webhook(node: Node, receiver: Receiver) -> None:
    """One that is down and one that refuses are both told, and the exit status is 1."""
    problem = b'{"detail": "the key is not known"}'
    receiver.answer = lambda _: Answer(status=401, body=problem)
    receiver.up()
    with unreachable() as url:
        node.urls = [url, receiver.url]
        node.write()
        done = node.run("--ping")
    assert done.returncode == 1
    first, second = done.stdout.splitlines()
    assert first.startswith(f"000 {url} ")
    assert second == f"401 {receiver.url} {problem.decode()}"


@IN_DASH
def test_flush_does_not_linger(node: Node) -> None:
    """A flush is one pass: with a dead webhook it ends, and keeps the event."""
    with unreachable() as url:
        node.urls = [url]
        node.write()
        node.callback()
        node.end()
        assert node.run("--flush").returncode == 0
        assert node.processes() == []
    assert len(node.spooled()) == 1


@IN_DASH
def test_flush_tells_once_what_is_wrong(node: Node, receiver: Receiver) -> None:
    """Many flushes against one trouble log it once, and its end once."""
    receiver.answer = lambda _: Answer(status=503)
    receiver.up()
    node.callback()
    receiver.wait(2, within=20)
    node.end()
    for _ in range(3):
        node.run("--flush")
    receiver.answer = lambda _: Answer()
    node.run("--flush")
    assert node.log().count("answered 503") == 1
    assert node.log().count("takes events again") == 1


@pytest.mark.parametrize("scheme", ["v1a", "v1"])
def test_check_is_content(node: Node, scheme: str) -> None:
    """A node that is laid out well passes its check."""
    node.write(scheme=scheme)
    done = node.run("--check")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"db-1 tells of pg0 in main, signed {scheme}" in done.stdout


def test_check_names_every_fault(node: Node) -> None:
    """A check names all faults at once, each with what to do."""
    node.urls = []
    node.write(cafile="/no/ca.pem", key="/no/key", extra="colour=red")
    node.without("curl")
    done = node.run("--check")
    assert done.returncode == 1
    for words in ("colour", "no url", "no curl", "/no/ca.pem", "cannot sign"):
        assert words in done.stderr
    node.write(spool="relative")
    assert "no absolute path" in node.run("--check").stderr
    node.write(spool="/proc/no/spool")
    assert "cannot write to /proc/no/spool" in node.run("--check").stderr


def test_short_pad_is_a_fault(node: Node) -> None:
    """A pad of the wrong length would sign wrongly for ever: the check sees it."""
    node.write(scheme="v1")
    node.key_file("key.outer", b"short")
    assert "two readable files of 64 bytes" in node.run("--check").stderr


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["on_start"],
        ["on_start", "replica"],
        ["on_start", "a", "b", "c"],
        ["--flush", "x"],
        ["--no"],
    ],
)
def test_wrong_call(node: Node, arguments: list[str]) -> None:
    """A wrong call is answered on stderr with the right one, by exit code 2."""
    done = node.run(*arguments)
    assert done.returncode == 2
    assert "use pgbaton-hook [--config FILE] ACTION ROLE SCOPE" in done.stderr


def test_callback_without_config(node: Node) -> None:
    """A callback never fails Patroni, but says loudly that nothing was sent."""
    node.config.unlink()
    done = node.run("on_start", "replica", "main")
    assert done.returncode == 0
    assert "cannot read" in done.stderr
    assert node.run("--flush").returncode == 1


def test_lost_key_keeps_the_event(node: Node, receiver: Receiver) -> None:
    """Without its key the hook keeps the event, and delivers when the key is back."""
    receiver.up()
    key = node.folder / "key"
    key.rename(node.folder / "away")
    node.callback()
    node.end()
    node.run("--flush")
    assert (len(node.spooled()), receiver.posts) == (1, [])
    assert "cannot sign" in node.log()
    (node.folder / "away").rename(key)
    node.run("--flush")
    assert len(receiver.posts) == 1
