"""What stands in the trail is foreign text: it never becomes markup, and never breaks a page."""

from __future__ import annotations

import json

import pytest

from jobs.audit import Draft, Kind
from jobs.ports import LedgerUnavailable
from tests.unit.webhook.pages.desk import Visit

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{ 77777*7 }}"
PARTS = ("<script>alert", "<img src", "544439")


def drafts(incident: str) -> list[Draft]:
    """Every foreign text there is, all of it evil."""
    fence = {"system": EVIL, "pg_timeline": 2, "epoch": 20}
    event: dict[str, object] = {
        "type": EVIL,
        "sender": EVIL,
        "data": {"action": EVIL, "member": EVIL, "role": EVIL},
    }
    host = {"outcome": "check-failed", "member": EVIL, "reason": EVIL, "remedy": EVIL}
    said: list[tuple[Kind, dict[str, object]]] = [
        (Kind.EVENT, event),
        (Kind.OPENED, {"before": EVIL, "why": EVIL}),
        (
            Kind.VERDICT,
            {
                "verdict": "confirmed",
                "reason": EVIL,
                "member": EVIL,
                "fence": fence,
                "notes": [EVIL],
            },
        ),
        (Kind.PLANNED, {"hosts": [EVIL]}),
        (Kind.HOST, {**host, "host": EVIL, "restarted": [EVIL]}),
        (Kind.ALARM, {"reason": EVIL, "remedy": EVIL}),
        (Kind.ACKNOWLEDGED, {"by": EVIL, "note": EVIL}),
        (Kind.DRIFT, {"host": EVIL, "drift": [EVIL]}),
    ]
    return [
        Draft(
            id=f"{incident}:{number}",
            kind=kind,
            incident=None if kind in {Kind.EVENT, Kind.DRIFT} else incident,
            evidence=told,
        )
        for number, (kind, told) in enumerate(said)
    ]


def test_foreign_text_is_shown_and_never_is_markup(visit: Visit) -> None:
    """In a member's name, a host's output, a note, an event's data, on every page and in the picture."""
    visit.world.ledger.append("shop", drafts("shop-1"))
    visit.world.ledger.remember("slack:trouble", json.dumps({"reason": EVIL, "remedy": EVIL}))
    for path in ("/", "/clusters/shop", "/incidents/shop-1", "/incidents/shop-1/report"):
        page = visit.page(path)
        assert "&lt;script&gt;alert(1)" in page
        for part in PARTS:
            assert part not in page, (path, part)


@pytest.mark.parametrize(
    "incident",
    [EVIL, "shop-99", "shop", "-1", "../../x-1", "shop-\x00", "none-1", "%", "a" * 5_000],
)
def test_an_unknown_incident_is_a_page_that_says_so(visit: Visit, incident: str) -> None:
    """With 404, whatever its name."""
    visit.fail_over()
    answer = visit.client.get("/incidents/" + incident.replace("/", "%2F"))
    assert answer.status_code == 404
    assert "Nothing is here" in answer.text
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "null",
        "no json",
        '{"kind": "host", "incident": "shop-2", "evidence": {}}',
        EVIL,
    ],
)
@pytest.mark.parametrize("seq", [7, 9, 12])
def test_an_entry_that_cannot_be_read_is_named_on_a_page_that_stands(
    visit: Visit, body: str, seq: int
) -> None:
    """The opening, one in between, the end: the others are told, and the chain says which is bad."""
    incident = visit.fail_over()
    visit.spoil(seq, body)
    page = visit.page(f"/incidents/{incident}")
    assert f"Entry {seq} was changed after it was written" in page
    assert f"Trust nothing from entry {seq} on" in page
    assert "this entry cannot be read" in page
    assert "<script>alert" not in page
    front = visit.page("/")
    assert incident in front
    if seq == 7:
        assert "The opening of this incident cannot be read" in page
        assert "cannot be read" in front


def test_a_cluster_that_left_the_inventory_keeps_its_incidents_readable(visit: Visit) -> None:
    """By their address; its own page is gone."""
    opened = Draft(id="o", kind=Kind.OPENED, incident="old-3", evidence={"why": "a new epoch"})
    visit.world.ledger.append("old", [opened])
    page = visit.page("/incidents/old-3")
    assert "The cluster old is no longer in the inventory" in page
    assert 'href="/clusters/old"' not in page
    visit.page("/clusters/old", status=404)
    assert "old-3" not in visit.page("/")


@pytest.mark.parametrize(
    "path", ["/", "/clusters/shop", "/incidents/shop-2", "/incidents/shop-2/fragment"]
)
def test_without_redis_the_page_says_what_to_do(visit: Visit, path: str) -> None:
    """With 503 and Retry-After."""
    visit.fail_over()
    visit.world.ledger.unavailable = LedgerUnavailable("Redis at 10.0.0.5: refused.", "start Redis")
    answer = visit.client.get(path)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "Redis at 10.0.0.5: refused. Start Redis." in answer.text
    assert visit.stranger.get(path).status_code == 401
    visit.world.ledger.recover()
    visit.page(path)


@pytest.mark.parametrize("value", [5, [], [[]], "x", True, 1e308, {"a": []}], ids=str)
@pytest.mark.parametrize("part", ["evidence", "seconds", "id"])
def test_a_part_of_another_shape_breaks_no_page(visit: Visit, part: str, value: object) -> None:
    """In any entry of an incident: each page stands."""
    incident = visit.fail_over()
    for seq in range(7, 13):
        other = Visit()
        other.fail_over()
        body = dict(list(other.world.ledger.entries("shop"))[seq - 1].facts)
        other.spoil(seq, json.dumps({**body, part: value}))
        other.page("/")
        assert f"Entry {seq} was changed" in other.page(f"/incidents/{incident}")
