"""What the hook does with each answer that is not 202."""

import email.utils
import json
import time

import pytest

from tests.contract.hook.node import IN_DASH, Node
from tests.contract.hook.receiver import Answer, Post, Receiver
from tests.waiting import until

PROBLEM = json.dumps({"title": "Unknown cluster", "detail": "Name it in the inventory."}).encode()
HOUR = 3600


@IN_DASH
@pytest.mark.parametrize("status", [400, 403, 404, 413, 415, 422])
def test_refused_event_steps_aside(node: Node, receiver: Receiver, status: int) -> None:
    """An event that can never be taken is kept with the webhook's reason, and blocks no other one."""
    refuse = Answer(status=status, body=PROBLEM)
    receiver.answer = lambda post: Answer() if b"on_start" in post.body else refuse
    receiver.up()
    node.callback("on_stop")
    node.callback("on_start")
    receiver.wait(2, within=20)
    node.settle(within=20)
    (kept,) = node.rejected()
    assert json.loads(kept.read_bytes())["data"]["action"] == "on_stop"
    assert kept.with_suffix(".problem").read_bytes() == PROBLEM
    assert (node.spooled(), len(receiver.posts)) == ([], 2)
    assert f"rejected with {status}" in node.log()
    assert "Name it in the inventory." in node.log()


def test_wrong_clock_is_signed_again(node: Node, receiver: Receiver) -> None:
    """A 401 from a webhook with another time is answered by its Date, once for a whole spool."""
    theirs = time.time() + HOUR

    def answer(post: Post) -> Answer:
        right = abs(int(post.headers["webhook-timestamp"]) - theirs) < 300
        date = email.utils.formatdate(theirs, usegmt=True)
        return Answer(status=202 if right else 401, headers={"Date": date})

    node.callback("on_stop")
    node.callback("on_start")
    receiver.answer = answer
    receiver.up()
    posts = receiver.wait(3, within=20)
    node.settle(within=20)
    assert [post.event["data"]["action"] for post in posts] == ["on_stop", "on_stop", "on_start"]
    assert posts[0].id == posts[1].id
    assert all(node.signed(post) for post in posts)
    assert node.log().count("mend the clock") == 1


@IN_DASH
@pytest.mark.parametrize("seconds", [0, 45, None])
def test_unknown_key_is_kept(node: Node, receiver: Receiver, seconds: int | None) -> None:
    """A 401 that is not about the clock keeps the event, tries again, and is told once."""
    headers = {}
    if seconds is not None:
        headers["Date"] = email.utils.formatdate(time.time() + seconds, usegmt=True)
    receiver.answer = lambda _: Answer(status=401, headers=headers)
    receiver.up()
    node.callback()
    receiver.wait(3, within=20)
    assert len(node.spooled()) == 1
    assert node.log().count("does not know this key") == 1


def test_event_of_a_former_name_steps_aside(node: Node, receiver: Receiver) -> None:
    """An event spooled under another sender's name cannot be signed any more, and blocks no other."""
    node.callback()
    node.end()
    node.write(sender="db")
    receiver.answer = lambda post: Answer(status=401 if b'db-1"' in post.body else 202)
    receiver.up()
    node.callback("on_start")
    receiver.wait(2, within=20)
    node.settle(within=20)
    assert (len(node.rejected()), node.spooled()) == (1, [])


@IN_DASH
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured(node: Node, receiver: Receiver, status: int) -> None:
    """The webhook's own wait is kept to, even when a new event comes."""
    later = Answer(status=status, headers={"Retry-After": "1"})
    receiver.answer = lambda _: later if len(receiver.posts) == 1 else Answer()
    receiver.up()
    node.callback()
    receiver.wait(1, within=20)
    node.callback("on_start")
    posts = receiver.wait(3, within=20)
    assert 1 <= posts[1].at - posts[0].at < 4


def test_retry_after_is_bounded(node: Node, receiver: Receiver) -> None:
    """A webhook that asks for an hour is asked again after ten seconds."""
    node.sleeping("true")
    hour = Answer(status=503, headers={"Retry-After": "3600"})
    receiver.answer = lambda _: hour if len(receiver.posts) == 1 else Answer()
    receiver.up()
    node.callback()
    receiver.wait(2, within=20)
    assert node.slept() == pytest.approx(10)


def test_redirect_is_not_followed(node: Node, receiver: Receiver) -> None:
    """A redirect is no delivery: the event stays, and its new address gets nothing."""
    other = Receiver()
    other.up()
    receiver.answer = lambda _: Answer(status=307, headers={"Location": other.url})
    receiver.up()
    node.callback()
    receiver.wait(2, within=20)
    other.down()
    assert (len(node.spooled()), other.posts) == (1, [])
    assert "answered 307" in node.log()


def test_event_that_breaks_the_webhook_lets_others_pass(node: Node, receiver: Receiver) -> None:
    """An event that gets a 500 each time stays behind, and those after it arrive."""
    receiver.answer = lambda post: Answer(status=500 if b"on_stop" in post.body else 202)
    receiver.up()
    node.callback("on_stop")
    node.callback("on_start")
    receiver.wait(2, within=20)
    until(lambda: len(node.spooled()) == 1, seconds=20, what=node.spooled)
    (left,) = node.spooled()
    assert b"on_stop" in left.read_bytes()
