import json

import pytest

from jobs.names import RESPOND
from jobs.signatures import Message, sign
from tests.unit.webhook.ear import NOW, Ear, envelope, pair


def test_a_signed_event_is_recorded_and_enqueued(ear: Ear) -> None:
    """202, one entry in the cluster's trail, one respond in the queue."""
    answer = ear.tell()
    assert (answer.status_code, answer.json) == (202, {"accepted": True, "repeated": False})
    [fact] = ear.heard()
    assert fact["id"] == "event:db1:db1-1"
    assert fact["kind"] == "event"
    assert fact["evidence"] == {
        "sender": "db1",
        "type": "pgbaton.patroni.callback",
        "id": "db1-1",
        "time": "2027-01-15T08:00:00Z",
        "data": {"action": "on_role_change", "role": "primary"},
        "received": NOW,
    }
    [(function, arguments)] = ear.ledger.waiting_jobs()
    assert function == RESPOND
    assert arguments["cluster"] == "orders"


def test_a_repeated_event_is_accepted_without_effect(ear: Ear) -> None:
    """A replay, byte for byte or signed anew, is answered kindly and changes nothing."""
    ear.tell()
    again, anew = ear.tell(), ear.tell(at=NOW + 60)
    for answer in (again, anew):
        assert (answer.status_code, answer.json) == (202, {"accepted": True, "repeated": True})
    assert len(ear.heard()) == 1
    assert len(ear.ledger.waiting_jobs()) == 1


def test_senders_do_not_share_ids(ear: Ear) -> None:
    """Two senders may use the same id; both are heard."""
    ear.tell()
    answer = ear.tell(source="old", key=ear.shared)
    assert answer.json == {"accepted": True, "repeated": False}
    assert [fact["id"] for fact in ear.heard()] == ["event:db1:db1-1", "event:old:db1-1"]


def test_hmac_is_understood(ear: Ear) -> None:
    """A sender with a shared secret signs v1, and may speak of each of its clusters."""
    assert ear.tell(source="old", subject="billing", key=ear.shared).status_code == 202
    assert len(ear.heard("billing")) == 1


def test_either_key_is_good_while_keys_rotate(ear: Ear) -> None:
    """A sender's old and new keys overlap, so that no event falls between."""
    assert ear.tell(id="a", key=ear.db1.private).status_code == 202
    assert ear.tell(id="b", key=ear.spare.private).status_code == 202


def test_the_second_of_several_signatures_may_fit(ear: Ear) -> None:
    """A header with a stranger's signature first is accepted for the one that fits."""
    body = json.dumps(envelope()).encode()
    message = Message(id="db1-1", timestamp=str(int(NOW)), body=body)
    both = f"{sign(message, pair().private)} {sign(message, ear.db1.private)}"
    assert ear.tell(headers={"webhook-signature": both}).status_code == 202


@pytest.mark.parametrize("off", [-300, -299, 299, 300])
def test_a_clock_within_the_tolerance_is_good(ear: Ear, off: int) -> None:
    """Up to 300 s either way a clock may be wrong."""
    assert ear.tell(at=NOW + off).status_code == 202


def test_a_parameter_of_the_content_type_is_fine(ear: Ear) -> None:
    """curl and others may add a charset."""
    headers = {"content-type": "application/cloudevents+json; charset=utf-8"}
    assert ear.tell(headers=headers).status_code == 202


def test_what_was_accepted_is_counted(ear: Ear) -> None:
    """Accepted and repeated events are told apart in the metrics, and the hearing is timed."""
    ear.tell()
    ear.tell()
    labels = {"sender": "db1", "type": "pgbaton.patroni.callback"}
    assert ear.counter("pgbaton_events_total", result="accepted", **labels) == 1
    assert ear.counter("pgbaton_events_total", result="repeated", **labels) == 1
    assert ear.counter("pgbaton_hear_seconds_count") == 2
