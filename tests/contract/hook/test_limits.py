"""What the spool does not do: grow, show secrets, or trip over odd names."""

import base64
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jobs.event import Event, parse_event
from tests.contract.hook.node import IN_DASH, Node, command_lines
from tests.contract.hook.receiver import Answer, Receiver
from tests.waiting import until

SECOND = 1_000_000_000
DAY = 86_400 * SECOND


def plant(folder: Path, *, count: int, age: int) -> list[Path]:
    """Write so many old events, `age` nanoseconds old, the oldest first."""
    folder.mkdir(exist_ok=True)
    born = time.time_ns() - age
    paths = [folder / f"{born + number}-1-0.json" for number in range(count)]
    for path in paths:
        path.write_text('{"specversion":"1.0","id":"db-1-0-1-0"}')
        path.with_suffix(".problem").write_text("{}")
    return paths


@IN_DASH
@pytest.mark.parametrize("where", ["", "rejected"])
def test_no_more_than_a_thousand(node: Node, where: str) -> None:
    """Beyond 1,000 events the oldest go, and are counted."""
    planted = plant(node.spool / where, count=1007, age=DAY)
    node.run("--flush")
    assert sorted((node.spool / where).glob("*.json")) == planted[7:]
    assert not planted[0].with_suffix(".problem").exists()
    assert (node.spool / "dropped").read_text() == "7\n"
    assert "dropped the 7 oldest" in node.log()


def test_no_older_than_seven_days(node: Node) -> None:
    """An event older than seven days goes, a younger one stays; the count adds up."""
    (node.spool / "dropped").write_text("2\n")
    plant(node.spool, count=3, age=8 * DAY)
    young = plant(node.spool, count=2, age=6 * DAY)
    node.run("--flush")
    assert node.spooled() == young
    assert node.run("--status").stdout.startswith("spooled 2, rejected 0, dropped 5 ")


@pytest.mark.timeout(120)
def test_full_spool_does_not_slow_the_callback(node: Node) -> None:
    """With 1,000 events waiting the callback returns as soon as with few: the quickest of five counts, since
    a full spool would hold up every one of them, and a busy machine only some."""
    few = quickest(node)
    node.end()
    plant(node.spool, count=1000, age=DAY)
    assert quickest(node) < few + 0.08


def quickest(node: Node) -> float:
    """Seconds of the quickest of five callbacks."""
    taken = []
    for _ in range(5):
        start = time.perf_counter()
        node.callback()
        taken.append(time.perf_counter() - start)
    return min(taken)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ('a"b', 'a"b'),
        ("a\\b\\", "a\\b\\"),
        ("grün 日本", "grün 日本"),
        ("a\tb\nc\x7fd\x1b[0m", "abcd[0m"),
        (b"bad \xff\xc3 bytes", "bad  bytes"),
        ("$(touch planted) `touch planted` ; *", "$(touch planted) `touch planted` ; *"),
        ("%s%n %d", "%s%n %d"),
        ("a\u0085b\u2028c\u2029d\u00a0e", "abcd\u00a0e"),
        ("--flush", "--flush"),
        ("", ""),
    ],
)
def test_odd_names(node: Node, receiver: Receiver, given: str | bytes, told: str) -> None:
    """A role or scope of odd characters arrives as it is, without control bytes and broken UTF-8."""
    receiver.up()
    assert node.run("on_start", given, given).returncode == 0
    event = parse_event(receiver.wait(1, within=20)[0].body)
    assert isinstance(event, Event)
    assert (event.data["role"], event.data["scope"]) == (told, told)
    assert node.signed(receiver.posts[0])
    node.settle(within=20)
    assert not (node.folder / "planted").exists()


def test_odd_config(node: Node, receiver: Receiver) -> None:
    """Values are taken as they stand, nothing in the config is run, and unknown names are logged."""
    receiver.up()
    odd = 'p"g\\0 $(touch planted) = `id`'
    node.write(
        member=odd,
        cluster="é",
        sender="db.1 " + "x" * 90,
        extra="  color=red\n$(touch planted)\nkey2",
    )
    node.callback()
    (post,) = receiver.wait(1, within=20)
    event = parse_event(post.body)
    assert isinstance(event, Event)
    assert event.data["member"] == odd
    assert (event.cluster, event.sender) == ("é", "db.1 " + "x" * 90)
    assert event.id == post.id
    node.settle(within=20)
    assert not list(node.folder.rglob("planted"))
    assert "color $(touch planted) key2" in node.log()


@IN_DASH
@pytest.mark.parametrize("scheme", ["v1a", "v1"])
def test_nothing_secret_in_process_list(node: Node, receiver: Receiver, scheme: str) -> None:
    """While an event is delivered, no command line shows a key, a signature or a URL's password."""
    password = "not-for-everybody"
    node.urls = [receiver.url.replace("//", f"//hook:{password}@")]
    node.write(scheme=scheme)
    lines: set[bytes] = set()
    receiver.answer = lambda _: seen_by_ps(lines)
    receiver.up()
    with watched_command_lines(lines):
        for _ in range(3):
            node.callback()
        posts = receiver.wait(3, within=20)
        node.settle(within=20)
    assert all(node.signed(post) and post.headers["authorization"] for post in posts)
    pem = (node.folder / "key").read_bytes().splitlines()[1]
    hidden = [password.encode(), pem, node.secret, node.secret.hex().encode()]
    hidden += [base64.b64encode(node.secret), *(signature(post.headers) for post in posts)]
    assert any(line.startswith(b"curl\0") for line in lines)
    assert [line for line in lines if any(secret in line for secret in hidden)] == []


@contextmanager
def watched_command_lines(lines: set[bytes]) -> Iterator[None]:
    """Collect every command line that there is meanwhile."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.01):
            lines.update(command_lines().values())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def seen_by_ps(lines: set[bytes]) -> Answer:
    """Answer once whoever asks was seen: how soon that is depends on how busy the machine is."""
    lines.update(command_lines().values())
    return Answer(after=0.1)


def signature(headers: dict[str, str]) -> bytes:
    return headers["webhook-signature"].partition(",")[2].encode()


def test_files_are_for_the_owner_only(node: Node) -> None:
    """What the hook writes is readable by its own user alone."""
    node.callback()
    until((node.spool / "said").exists, seconds=20)  # the deliverer has tried, and waits
    with node.halted():
        made = list(node.spool.rglob("*"))
        assert len(made) > 3
        assert [path for path in made if path.stat().st_mode & 0o077] == []
