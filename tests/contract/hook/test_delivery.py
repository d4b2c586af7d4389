"""The way of a spooled event to a webhook that is down, silent or far behind."""

import datetime as dt
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import pytest

from jobs.event import Event, parse_event
from tests.contract.hook.node import IN_DASH, Node
from tests.contract.hook.receiver import Answer, Post, Receiver, silent, unreachable
from tests.waiting import until


def test_event_as_it_arrives(node: Node, receiver: Receiver) -> None:
    """The post is a signed CloudEvent that says what Patroni said, from whom, and when."""
    receiver.up()
    began = time.time()
    node.callback()
    (post,) = receiver.wait(1, within=20)
    ended = time.time()
    assert node.signed(post)
    assert isinstance(parse_event(post.body), Event)
    assert post.headers["content-type"] == "application/cloudevents+json"
    assert int(began) <= int(post.headers["webhook-timestamp"]) <= ended
    event = post.event
    said = event.pop("time")
    assert said.endswith("Z")
    assert began - 0.001 <= dt.datetime.fromisoformat(said).timestamp() <= ended
    assert event.pop("id") == post.id
    assert post.id.startswith("db-1-")
    assert "." not in post.id
    assert event == {
        "specversion": "1.0",
        "source": "db-1",
        "type": "pgbaton.patroni.callback",
        "subject": "main",
        "datacontenttype": "application/json",
        "data": {"action": "on_role_change", "role": "primary", "scope": "main", "member": "pg0"},
    }
    node.settle(within=20)
    assert node.spooled() == []


@IN_DASH
def test_webhook_back_after_five_seconds(node: Node, receiver: Receiver) -> None:
    """An event of an outage of 5 s arrives within the longest wait after its end, once."""
    node.callback()
    time.sleep(5)  # into the wait of five seconds, which lasts until 8.7
    back = receiver.up()
    (post,) = receiver.wait(1, within=20)
    assert post.at - back <= 10
    node.settle(within=20)
    assert len(receiver.posts) == 1


def test_webhook_back_after_a_minute(node: Node, receiver: Receiver) -> None:
    """An event of an outage of 60 s, counted in the deliverer's naps, arrives within 15 s, once."""
    node.sleeping("true")
    node.callback()
    until(lambda: node.slept() >= 60, seconds=40)
    with node.halted():  # its seconds are milliseconds: many would pass until the webhook is up
        back = node.slept()
        receiver.up()
    receiver.wait(1, within=20)
    node.settle(within=20)
    assert node.slept() - back <= 15
    assert len(receiver.posts) == 1


@IN_DASH
@pytest.mark.scenario
@pytest.mark.timeout(120)
def test_webhook_back_after_a_real_minute(node: Node, receiver: Receiver) -> None:
    """The same by the wall clock: 60 s of outage, at most 15 s after its end, once."""
    node.callback()
    time.sleep(60)
    back = receiver.up()
    (post,) = receiver.wait(1, within=15)
    assert post.at - back <= 15
    node.settle(within=20)
    assert len(receiver.posts) == 1


@IN_DASH
def test_new_event_ends_the_waiting(node: Node, receiver: Receiver) -> None:
    """A fresh event does not wait behind the backoff of an old one, and both arrive in their order."""
    node.napping()
    node.callback("on_stop")
    until(lambda: node.slept() > 3.8, seconds=20)  # into the wait that lasts until 8.7
    receiver.up()
    node.callback("on_role_change")
    told = node.slept()
    posts = receiver.wait(2, within=20)
    assert [post.event["data"]["action"] for post in posts] == ["on_stop", "on_role_change"]
    assert told < 8.5
    assert node.slept() <= told + 0.2


@IN_DASH
def test_retry_is_the_same_message(node: Node, receiver: Receiver) -> None:
    """A retry carries the id and body of the first sending, and a signature of its own time."""
    node.napping()
    slept: list[float] = []

    def answer(_: Post) -> Answer:
        slept.append(node.slept())
        return Answer(status=500 if len(receiver.posts) < 4 else 202)

    receiver.answer = answer
    receiver.up()
    node.callback()
    posts = receiver.wait(4, within=20)
    assert len({(post.id, post.body) for post in posts}) == 1
    assert len({post.headers["webhook-timestamp"] for post in posts}) > 1
    assert all(node.signed(post) for post in posts)
    waits = [later.at - post.at for post, later in pairwise(posts)]
    assert all(least <= wait for wait, least in zip(waits, (0.2, 0.5, 1), strict=True))
    until(lambda: len(slept) == 4, seconds=20)  # a post is noted before it is answered
    assert slept == [0, 0.2, 0.7, 1.7]


def test_one_deliverer_at_a_time(node: Node, receiver: Receiver) -> None:
    """Many callbacks at once give each event once, never two at the same time, oldest first."""
    receiver.answer = lambda _: Answer(after=0.05)
    receiver.up()
    for _ in range(8):
        node.callback()
    posts = receiver.wait(8, within=20)
    node.settle(within=20)
    ids = [post.id for post in posts]
    assert ids == sorted(set(ids))
    assert receiver.most_at_once == 1
    assert node.spooled() == []


def test_without_flock(node: Node, receiver: Receiver) -> None:
    """Without flock a link is the lock; a dead deliverer's lock is broken, a live one's is not."""
    node.without("flock")
    lock = node.spool / "lock.pid"
    lock.symlink_to("1")  # somebody, but no deliverer
    receiver.answer = lambda _: Answer(after=0.05)
    receiver.up()
    node.callback()
    receiver.wait(1, within=20)
    for _ in range(5):
        node.callback()
    receiver.wait(6, within=20)
    node.settle(within=20)
    assert (receiver.most_at_once, len(receiver.posts), lock.is_symlink()) == (1, 6, False)


def test_killed_deliverer_leaves_no_lock(node: Node, receiver: Receiver) -> None:
    """The lock ends with the deliverer, although its sleep lives on."""
    node.sleeping("exec /bin/sleep 3")
    node.callback()
    until(node.slept, seconds=20)
    node.end()
    receiver.up()
    assert node.run("--flush").returncode == 0
    assert len(receiver.posts) == 1


@contextmanager
def refusing() -> Iterator[str]:
    """Give the URL of a port where nobody listens."""
    yield Receiver().url


@IN_DASH
@pytest.mark.parametrize("hole", [refusing, silent, unreachable])
def test_next_webhook_is_asked(node: Node, receiver: Receiver, hole: object) -> None:
    """A first webhook that is gone costs about a second once, not for every event."""
    assert callable(hole)
    with hole() as gone:
        node.urls = [gone, receiver.url]
        node.write()
        for _ in range(5):
            node.callback()
        node.end()
        receiver.up()
        node.telling()
        assert node.run("--flush").returncode == 0
    assert len(receiver.posts) == 5
    first = [(gone, "1"), (receiver.url, "3")]  # the last one that is left has more time
    assert node.asked() == [*first, *[(receiver.url, "1")] * 4]


def test_webhook_in_trouble_is_passed_over(node: Node, receiver: Receiver) -> None:
    """A webhook that says 503 leaves the event to the next one, even if the first is up."""
    other = Receiver()
    other.answer = lambda _: Answer(status=503, headers={"Retry-After": "9"})
    other.up()
    receiver.up()
    node.urls = [other.url, receiver.url]
    node.write()
    node.callback()
    receiver.wait(1, within=20)
    other.wait(1, within=20)
    other.down()
    assert len(other.posts) == 1


@IN_DASH
def test_silent_webhook_is_given_up(node: Node, receiver: Receiver) -> None:
    """An answer that takes longer than three seconds is none: the event is sent again."""
    slow = threading.Event()

    def answer(_: Post) -> Answer:
        if not slow.is_set():
            slow.set()
            return Answer(after=4)
        return Answer()

    receiver.answer = answer
    began = receiver.up()
    node.callback()
    first, second = receiver.wait(2, within=20)
    assert (
        second.at - began >= 3
    )  # of curl's seconds some may have passed when the first one was read
    assert second.at - first.at < 6
    assert first.id == second.id
