"""Anchors read back from Slack: what our own bot wrote into a thread's first message, and nothing else."""

from dataclasses import dataclass

import pytest

from jobs.inventory import Inventory, load_inventory
from jobs.ports import Unavailable
from jobs.slack.message import Message
from jobs.slack.root import anchored
from tests.contract.slack.double import Double
from tests.world import INVENTORY
from workers.secrets import Secrets
from workers.slack.anchors import SlackAnchors, anchors_in_slack


def _root(seq: int, letter: str) -> Message:
    note = {"type": "mrkdwn", "text": f"shop · {anchored(seq, letter * 64)}"}
    return Message(
        text="an incident", blocks=({"type": "context", "elements": [note]},), colour="#2eb67d"
    )


@dataclass(frozen=True, slots=True)
class Told:
    """What a test compares: number, first letter of the hash, place."""

    seq: int
    letter: str
    place: str


def _reader(double: Double) -> SlackAnchors:
    channel = double.channel()
    return SlackAnchors(api=channel.api, channel=channel.channel)


def _placed(double: Double, cluster: str = "shop") -> list[Told]:
    return [Told(a.seq, a.hash[0], a.place) for a in _reader(double).placed(cluster)]


def test_threads_of_a_cluster_are_read(double: Double) -> None:
    """One anchor a thread, as of its last change; other clusters' and other messages say nothing."""
    messenger = double.channel()
    posted = messenger.post(_root(12, "a"), key="shop-1@1700000000")
    messenger.post(_root(7, "b"), key="shop-2@1700000100")
    messenger.post(_root(9, "c"), key="shop-east-1@1700000200")
    messenger.post(_root(9, "c"), key="shop-2-1@1700000200")
    messenger.post(Message(text="a digest"), key="digest-shop-1")
    messenger.edit(posted.ts, _root(20, "d"), key="shop-1@1700000000")  # type: ignore[union-attr]
    assert _placed(double) == [
        Told(7, "b", "Slack, the thread of shop-2"),
        Told(20, "d", "Slack, the thread of shop-1"),
    ]
    assert [a.at > 0 for a in _reader(double).placed("shop")] == [True, True]


def test_a_channel_out_of_reach_is_said(double: Double) -> None:
    """A revoked token is no empty channel."""
    double.hurt(token="token_revoked")
    with pytest.raises(Unavailable):
        _placed(double)


@pytest.mark.parametrize(("channel", "token"), [("", "xoxb-1"), ("C0123456789", "")])
def test_without_channel_or_token_there_is_no_place(channel: str, token: str) -> None:
    """Nobody is asked where nothing can have been posted by a bot."""
    table = f'[slack]\nchannel = "{channel}"\n' if channel else ""
    inventory = load_inventory(INVENTORY + table)
    assert isinstance(inventory, Inventory)
    secrets = Secrets({"PGBATON_SLACK_TOKEN": token} if token else {})
    assert anchors_in_slack(inventory, secrets) is None
