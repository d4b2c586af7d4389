"""The hook and the webhook's own code, with only Redis swapped for a fake: do they understand each other?"""

import email.utils
import time

import pytest
from cryptography.hazmat.primitives import serialization

from jobs.signatures import key_pair, secret_text
from tests.contract.hook.node import IN_DASH, Node
from tests.contract.hook.receiver import Answer, Post, Receiver
from tests.unit.webhook.ear import Ear


@pytest.fixture
def ear(node: Node, receiver: Receiver) -> Ear:
    """Give a webhook that knows this node by both of its keys, and answers for the receiver."""
    raw = node.private.private_bytes(
        serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
    )
    ear = Ear(db1=key_pair(raw), shared=secret_text(node.secret), now=time.time())

    def answer(post: Post) -> Answer:
        response = ear.post(post.body, post.headers)
        date = email.utils.formatdate(ear.now, usegmt=True)
        kept = {name: value for name, value in response.headers if name == "Retry-After"}
        return Answer(
            status=response.status_code, headers={"Date": date, **kept}, body=response.data
        )

    receiver.answer = answer
    return ear


@IN_DASH
@pytest.mark.parametrize(("sender", "scheme"), [("db1", "v1a"), ("old", "v1")])
@pytest.mark.parametrize("hours", [0, 1, -1])
def test_event_is_recorded(
    node: Node, receiver: Receiver, ear: Ear, sender: str, scheme: str, hours: int
) -> None:
    """An event is accepted under either scheme, and by a webhook whose clock is an hour away."""
    ear.now += hours * 3600
    receiver.up()
    node.write(sender=sender, cluster="orders", scheme=scheme)
    node.callback()
    receiver.wait(2 if hours else 1, within=20)
    node.settle(within=20)
    assert (node.spooled(), node.rejected()) == ([], [])
    (event,) = [entry for entry in ear.heard() if entry["kind"] == "event"]
    assert event["id"] == f"event:{sender}:{receiver.posts[0].id}"


@pytest.mark.parametrize(
    ("settings", "status", "word"),
    [
        ({"sender": "db1", "cluster": "nowhere"}, 404, "nowhere"),
        ({"sender": "db1", "cluster": "billing"}, 403, "senders.db1.clusters"),
    ],
)
def test_refusal_is_kept_with_its_reason(
    node: Node,
    receiver: Receiver,
    ear: Ear,
    settings: dict[str, str],
    status: int,
    word: str,
) -> None:
    """A cluster that the webhook does not know, or not from this sender: kept beside the reason."""
    receiver.up()
    node.write(**settings)
    node.callback()
    receiver.wait(1, within=20)
    node.settle(within=20)
    (kept,) = node.rejected()
    told = kept.read_text() + kept.with_suffix(".problem").read_text()
    assert word in told
    assert f"rejected with {status}" in node.log()
    assert ear.heard("orders") == []


def test_stranger_is_kept_waiting(node: Node, receiver: Receiver, ear: Ear) -> None:
    """A sender that the webhook does not know yet keeps its event until it does."""
    receiver.up()
    node.write(sender="newcomer", cluster="orders")
    node.callback()
    receiver.wait(2, within=20)
    assert len(node.spooled()) == 1
    assert "does not know this key for newcomer" in node.log()
    assert ear.heard() == []
