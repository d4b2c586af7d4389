"""What every Records keeps, in memory and at Linode's API as the double answers it."""

from collections.abc import Callable

import pytest

from jobs.fence import Fence
from jobs.inventory import DnsRecord
from jobs.ports import LinodeUnavailable
from jobs.zone import CreateRecord, FoundZone, Refused, SetRecord, changes, fence_name
from tests.contract.linode.accounts import Account, FakeAccount, RealAccount, Told
from tests.contract.linode.double import Double

RECORD = DnsRecord(cluster="shop", domain="example.org", name="db")


def _fence(epoch: int) -> Fence:
    return Fence(system="7412345678901234567", pg_timeline=epoch, epoch=epoch)


@pytest.fixture(params=["fake", "real"])
def account(request: pytest.FixtureRequest, make_double: Callable[..., Double]) -> Account:
    """An account without a domain."""
    return FakeAccount() if request.param == "fake" else RealAccount(make_double())


def _read(account: Account, record: DnsRecord = RECORD) -> FoundZone | None:
    names = (record.name, fence_name(record))
    return account.records.read(record, names=names, timeout=5)


def _zone(account: Account, record: DnsRecord = RECORD) -> FoundZone:
    found = _read(account, record)
    assert found is not None
    return found


def _told(zone: FoundZone) -> set[Told]:
    return {(r.type, r.name, r.target, r.ttl) for r in zone.records}


def _follow(account: Account, address: str, epoch: int, record: DnsRecord = RECORD) -> None:
    steps = changes(
        record, _zone(account, record), cluster="shop", address=address, fence=_fence(epoch)
    )
    assert not isinstance(steps, Refused)
    for step in steps:
        account.records.apply(step, timeout=5)


def test_an_unknown_domain_is_none(account: Account) -> None:
    """Neither a longer nor a shorter name will do."""
    account.domain("shop.example.org")
    account.domain("org")
    assert _read(account) is None


def test_only_the_names_asked_for_come(account: Account) -> None:
    """A zone may hold thousands of names; a record of ours is told by type and name."""
    account.domain(
        "example.org",
        ("A", "db", "10.0.0.1", 30),
        ("A", "www", "10.0.0.9", 300),
        ("MX", "", "mail.example.org", 300),
        ("TXT", "_pgbaton.db", "pgbaton shop 1:1:1", 30),
    )
    assert _told(_zone(account)) == {
        ("A", "db", "10.0.0.1", 30),
        ("TXT", "_pgbaton.db", "pgbaton shop 1:1:1", 30),
    }


@pytest.mark.parametrize("name", ["db", ""], ids=["named", "the domain itself"])
def test_a_record_follows_the_leader(account: Account, name: str) -> None:
    """Created under a fence, then changed; nothing is left to do when asked again."""
    record = RECORD.model_copy(update={"name": name})
    account.domain("example.org")
    _follow(account, "10.0.0.1", 1, record)
    _follow(account, "10.0.0.2", 2, record)
    told = (_fence(2), record.name, fence_name(record))
    assert _told(_zone(account, record)) == {
        ("A", told[1], "10.0.0.2", 30),
        ("TXT", told[2], f"pgbaton shop {told[0]}", 30),
    }
    zone = _zone(account, record)
    assert changes(record, zone, cluster="shop", address="10.0.0.2", fence=_fence(2)) == ()


def test_a_record_is_not_made_twice(account: Account) -> None:
    """The same name, type and target is the same record."""
    account.domain("example.org")
    zone = _zone(account)
    change = CreateRecord(domain=zone.id, type="A", name="db", target="10.0.0.1", ttl=30)
    for _ in range(2):
        account.records.apply(change, timeout=5)
    assert _told(_zone(account)) == {("A", "db", "10.0.0.1", 30)}


def test_an_ipv6_record_is_kept(account: Account) -> None:
    """AAAA records are followed as A records are."""
    account.domain("example.org", ("AAAA", "db", "2001:db8::1", 30))
    _follow(account, "2001:db8::2", 3)
    assert ("AAAA", "db", "2001:db8::2", 30) in _told(_zone(account))


def test_capitals_and_zeroes_make_no_second_record(double: Double) -> None:
    """DNS knows no capitals, and IPv6 many spellings: what stands there is changed, not doubled."""
    account = RealAccount(double)
    account.domain("example.org", ("AAAA", "DB", "2001:0DB8:0:0::0001", 30))
    assert _told(_zone(account)) == {("AAAA", "db", "2001:db8::1", 30)}
    _follow(account, "2001:db8::2", 2)
    assert [row["target"] for row in double.world.records if row["type"] == "AAAA"] == [
        "2001:db8::2"
    ]


def test_a_record_that_is_gone_cannot_be_set(account: Account) -> None:
    """A record that was deleted meanwhile is a refusal that says so."""
    account.domain("example.org")
    zone = _zone(account)
    change = SetRecord(domain=zone.id, id=424_242, name="db", target="10.0.0.1", ttl=30)
    with pytest.raises(LinodeUnavailable) as refused:
        account.records.apply(change, timeout=5)
    assert refused.value.status == 404


def test_an_outage_is_said_and_changes_nothing(account: Account) -> None:
    """Reading and writing are refused, and afterwards the zone is as before."""
    account.domain("example.org", ("A", "db", "10.0.0.1", 30))
    before = _zone(account)
    account.break_down()
    change = CreateRecord(domain=before.id, type="TXT", name="db", target="x", ttl=30)
    with pytest.raises(LinodeUnavailable) as unread:
        _read(account)
    with pytest.raises(LinodeUnavailable) as unwritten:
        account.records.apply(change, timeout=5)
    assert (unread.value.status, unwritten.value.status) == (503, 503)
    account.recover()
    assert _zone(account) == before
