from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter

from jobs.event import Event
from tests.unit.webhook.ear import NOW, Ear
from workers.sender import Delivered, Rejected, Sender, Undelivered

FIRST, SECOND = "http://one.invalid/events", "http://two.invalid/events"


@pytest.fixture
def ear() -> Ear:
    """A fresh webhook over a fresh fake ledger."""
    return Ear()


class Wire(BaseAdapter):
    """Carries a request into a webhook in this process, and its answer back with a Date."""

    def __init__(self, ear: Ear) -> None:
        super().__init__()
        self.ear, self.timeouts = ear, list[Any]()

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> Any:
        self.timeouts.append(options["timeout"])
        assert isinstance(request.body, bytes)
        answer = self.ear.post(request.body, dict(request.headers))
        return response(answer.status_code, answer.data, self.ear.now)

    def close(self) -> None:
        pass


@dataclass
class Silent(BaseAdapter):
    """A webhook that cannot be reached."""

    asked: int = 0

    def send(self, *args: Any, **options: Any) -> Any:
        self.asked += 1
        raise requests.ConnectionError("nobody there")

    def close(self) -> None:
        pass


@dataclass
class Always(BaseAdapter):
    """A webhook that answers with one status."""

    status: int
    asked: list[Mapping[str, str]] = field(default_factory=list)

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> Any:
        self.asked.append(request.headers)
        return response(self.status, b"<html>", NOW)

    def close(self) -> None:
        pass


def response(status: int, body: bytes, now: float) -> requests.Response:
    made = requests.Response()
    made.status_code, made._content, made.reason = status, body, "Reason"
    made.headers["Date"] = formatdate(now, usegmt=True)
    return made


def sender(ear: Ear, *adapters: BaseAdapter, now: float = NOW) -> Sender:
    made = Sender(urls=[FIRST, SECOND], keys=[ear.db1.private], now=lambda: now)
    for url, adapter in zip((FIRST, SECOND), adapters, strict=False):
        made.session.mount(url, adapter)
    return made


def event(**changed: Any) -> Event:
    return Event(
        **{
            "id": "watch-1",
            "type": "pgbaton.etcd.leader",
            "sender": "db1",
            "cluster": "orders",
            "time": None,
            "data": {"epoch": 7},
            **changed,
        }
    )


def test_an_event_is_delivered_and_a_repetition_known(ear: Ear) -> None:
    """The webhook records what the sender signed; the second time it says so."""
    hand = sender(ear, Wire(ear))
    assert hand.send(event()) == Delivered(url=FIRST, repeated=False)
    assert hand.send(event()) == Delivered(url=FIRST, repeated=True)
    assert ear.heard()[0]["evidence"]["data"] == {"epoch": 7}


def test_the_next_webhook_is_asked_when_one_is_silent(ear: Ear) -> None:
    """A dead webhook does not keep an event from a living one."""
    assert sender(ear, Silent(), Wire(ear)).send(event()) == Delivered(url=SECOND, repeated=False)


@pytest.mark.parametrize("status", [301, 401, 429, 500, 503])
def test_an_answer_that_is_no_decision_leads_on(ear: Ear, status: int) -> None:
    """Only what a webhook says about the event itself ends the round."""
    assert sender(ear, Always(status), Wire(ear)).send(event()) == Delivered(
        url=SECOND, repeated=False
    )


def test_nobody_there_is_worth_trying_again(ear: Ear) -> None:
    """The outcome says what each address did."""
    outcome = sender(ear, Silent(), Always(503)).send(event())
    assert isinstance(outcome, Undelivered)
    assert [reason.split(": ")[0] for reason in outcome.reasons] == [FIRST, SECOND]
    assert "503" in outcome.reasons[1]


def test_a_rejected_event_is_not_carried_around(ear: Ear) -> None:
    """What will never do is told with its reason, and no other webhook is asked."""
    second = Silent()
    outcome = sender(ear, Wire(ear), second).send(event(cluster="billing"))
    assert isinstance(outcome, Rejected)
    assert (outcome.status, second.asked) == (403, 0)
    assert "senders.db1.clusters" in outcome.detail


def test_a_wrong_clock_is_mended_by_the_answers_date(ear: Ear) -> None:
    """A sender an hour behind signs again by the webhook's own clock."""
    assert isinstance(sender(ear, Wire(ear), now=NOW - 3600).send(event()), Delivered)


def test_each_request_has_its_timeouts(ear: Ear) -> None:
    """Neither connecting nor waiting for an answer is without end."""
    wire = Wire(ear)
    sender(ear, wire).send(event())
    assert wire.timeouts == [(1.0, 4.0)]


def test_old_and_new_keys_sign_together(ear: Ear) -> None:
    """While keys rotate each event carries a signature of every key."""
    second = Always(503)
    hand = Sender(urls=[FIRST], keys=[ear.db1.private, ear.shared], now=lambda: NOW)
    hand.session.mount(FIRST, second)
    hand.send(event())
    signatures = second.asked[0]["webhook-signature"].split(" ")
    assert [one.split(",")[0] for one in signatures] == ["v1a", "v1"]
    assert ear.db1.private not in repr(hand)


@pytest.mark.parametrize("key", ["whsk_bad", "whsec_c2hvcnQ=", "secret"])
def test_a_key_that_is_none_is_told_at_the_start(key: str) -> None:
    """Not at the first failover, when the event has to be signed; and the key is not shown."""
    with pytest.raises(ValueError, match="pgbaton keys sender NAME") as refused:
        Sender(urls=[FIRST], keys=[key])
    assert key not in str(refused.value)
