"""A DNS record's changes: the fence first, nothing removed, a lower fence refused in the zone itself."""

from __future__ import annotations

import pytest

from jobs.fence import Fence
from jobs.inventory import DnsRecord
from jobs.zone import CreateRecord, FoundRecord, FoundZone, Refused, SetRecord, changes, held_fence

RECORD = DnsRecord(cluster="shop", domain="example.com", name="db")
FENCE = Fence(system="7", pg_timeline=3, epoch=40)
NOTE = "pgbaton shop 7/3/40"


def _zone(*records: FoundRecord) -> FoundZone:
    return FoundZone(id=9, domain="example.com", records=records)


def _a(target: str = "10.0.0.1", *, ttl: int = 30, kind: str = "A", number: int = 1) -> FoundRecord:
    return FoundRecord(id=number, type=kind, name="db", target=target, ttl=ttl)


def _txt(text: str = NOTE) -> FoundRecord:
    return FoundRecord(id=2, type="TXT", name="_pgbaton.db", target=text, ttl=30)


def _changes(zone: FoundZone, *, address: str = "10.0.0.1") -> object:
    return changes(RECORD, zone, cluster="shop", address=address, fence=FENCE)


def test_a_record_that_names_the_leader_under_its_fence_is_left() -> None:
    """Nothing is written where all is right; quotes around a TXT are DNS' own."""
    assert _changes(_zone(_a(), _txt())) == ()
    assert _changes(_zone(_a(), _txt(f'"{NOTE}"'))) == ()


def test_the_fence_is_raised_before_the_record_moves() -> None:
    """Whoever dies in between leaves a zone that refuses the old leader."""
    old = _zone(_a("10.0.0.2"), _txt("pgbaton shop 7/2/20"))
    assert _changes(old) == (
        SetRecord(domain=9, id=2, name="_pgbaton.db", target=NOTE, ttl=30),
        SetRecord(domain=9, id=1, name="db", target="10.0.0.1", ttl=30),
    )
    half = _zone(_a("10.0.0.2"), _txt())
    assert _changes(half) == (SetRecord(domain=9, id=1, name="db", target="10.0.0.1", ttl=30),)


def test_records_that_are_missing_are_made() -> None:
    """A first run makes both, the fence first."""
    assert _changes(_zone()) == (
        CreateRecord(domain=9, type="TXT", name="_pgbaton.db", target=NOTE, ttl=30),
        CreateRecord(domain=9, type="A", name="db", target="10.0.0.1", ttl=30),
    )


def test_a_long_ttl_is_shortened() -> None:
    """A record that resolvers keep for an hour does not follow anybody."""
    assert _changes(_zone(_a(ttl=3600), _txt())) == (
        SetRecord(domain=9, id=1, name="db", target="10.0.0.1", ttl=30),
    )


@pytest.mark.parametrize("held", ["7/4/39", "7/3/41", "7/4/41", "7/2/41"])
def test_a_lower_fence_is_refused_by_the_zone(held: str) -> None:
    """Either part lower is refused, whatever a queue or a lease believes."""
    refused = _changes(_zone(_a("10.0.0.2"), _txt(f"pgbaton shop {held}")))
    assert isinstance(refused, Refused)
    assert refused.outcome == "lower-fence"
    assert "_pgbaton.db.example.com" in refused.remedy


def test_another_system_is_refused() -> None:
    """Two clusters that share a record by mistake do not fight over it."""
    refused = _changes(_zone(_a("10.0.0.2"), _txt("pgbaton other 8/1/1")))
    assert isinstance(refused, Refused)
    assert refused.outcome == "other-system"


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        (_zone(_a(), _a("10.0.0.2", number=3)), "has 2 address records (10.0.0.1, 10.0.0.2)"),
        (_zone(_a("2001:db8::1", kind="AAAA")), "is an AAAA record, and 10.0.0.1 needs another"),
        (_zone(_txt(), FoundRecord(id=5, type="TXT", name="_pgbaton.db", target="x", ttl=0)),
         "has 2 TXT records"),
    ],
    ids=["two-addresses", "other-kind", "two-fences"],
)  # fmt: skip
def test_what_is_ambiguous_is_left_to_its_owner(zone: FoundZone, said: str) -> None:
    """Nothing is guessed and nothing is deleted; the message says what to remove."""
    refused = _changes(zone)
    assert isinstance(refused, Refused)
    assert said in refused.reason


def test_an_ipv6_leader_gets_an_aaaa_record() -> None:
    """The kind of record follows the kind of address."""
    made = _changes(_zone(_txt()), address="2001:db8::1")
    assert made == (CreateRecord(domain=9, type="AAAA", name="db", target="2001:db8::1", ttl=30),)


@pytest.mark.parametrize("text", ["v=spf1 -all", "pgbaton shop", "pgbaton shop 7/x/1", ""])
def test_a_foreign_txt_is_no_fence(text: str) -> None:
    """What we did not write says nothing about leaders."""
    assert held_fence(text) is None
