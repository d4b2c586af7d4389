"""Patroni's keys as values: what is read, what is refused, and with which words."""

import json
from typing import Any

import pytest

from jobs.claims import AskedFor, BrokenRecord, ClusterView, LeaderKey, MemberRecord
from jobs.ports import ScopeRef
from workers.etcd import UnsupportedLayout, layout
from workers.etcd.wire import Answer, KeyValue

SCOPE = ScopeRef(cluster="shop", namespace="service", scope="main")
RECORD = {
    "conn_url": "postgres://10.0.0.1:5432/postgres",
    "api_url": "http://10.0.0.1:8008/patroni",
}


def _key(key: str | bytes, value: bytes, *, revision: int = 5, lease: int = 7) -> KeyValue:
    raw = key if isinstance(key, bytes) else f"/service/main/{key}".encode()
    return KeyValue(
        key=raw, value=value, create_revision=revision, mod_revision=revision, lease=lease
    )


def _member(value: bytes | dict[str, Any], name: str = "pg0") -> MemberRecord | BrokenRecord:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return layout.parse_member(SCOPE, _key(f"members/{name}", raw))


def _view(
    *,
    leader: bytes | None = None,
    config: bytes | None = None,
    initialize: bytes | None = None,
    failover: bytes | None = None,
    digits: str | None = None,
) -> ClusterView:
    ranges = (
        (_key("leader", leader),) if leader is not None else (),
        (),
        (_key("config", config),) if config is not None else (),
        (_key("initialize", initialize),) if initialize is not None else (),
        (_key("failover", failover, revision=8),) if failover is not None else (),
        (_key(digits, b""),) if digits is not None else (),
    )
    return layout.view(SCOPE, Answer(revision=9, ranges=ranges))


def test_the_epoch_is_the_create_revision() -> None:
    """A lease change rewrites the key and keeps its create_revision, so that one counts."""
    kv = KeyValue(key=b"k", value=b"pg0", create_revision=5, mod_revision=8, lease=7)
    assert layout.parse_leader((kv,)) == LeaderKey(member="pg0", epoch=5, lease=7)


def test_a_whole_record_is_read() -> None:
    """Addresses, role, state and timeline, as Patroni 4 writes them."""
    record = RECORD | {
        "proxy_url": "postgres://10.0.0.1:6432/postgres",
        "state": "running",
        "role": "primary",
        "timeline": 4,
        "version": "4.1.4",
        "tags": {"nofailover": True},
    }
    assert _member(record) == MemberRecord(
        name="pg0",
        conn_url=RECORD["conn_url"],
        api_url=RECORD["api_url"],
        proxy_url="postgres://10.0.0.1:6432/postgres",
        role="primary",
        state="running",
        pg_timeline=4,
    )


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff\xfe{}", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"null", "not an object"),
        (b'["pg0"]', "not an object"),
        (b'"postgres://10.0.0.1"', "not an object"),
        (b"{}", "no conn_url"),
        ({"conn_url": RECORD["conn_url"]}, "no api_url"),
        ({"api_url": RECORD["api_url"]}, "no conn_url"),
        (RECORD | {"conn_url": None}, "no conn_url"),
        (RECORD | {"conn_url": 5}, "no conn_url"),
        (RECORD | {"conn_url": ""}, "no conn_url"),
        (RECORD | {"conn_url": "10.0.0.1:5432"}, "conn_url is no"),
        (RECORD | {"conn_url": "postgres://:5432/postgres"}, "conn_url is no"),
        (RECORD | {"conn_url": "postgres://h:many/postgres"}, "conn_url is no"),
        (RECORD | {"conn_url": "postgres://h:99999/postgres"}, "conn_url is no"),
        (RECORD | {"conn_url": "postgres://[::1/postgres"}, "conn_url is no"),
        (RECORD | {"api_url": "file:///etc/passwd"}, "api_url is no"),
        (RECORD | {"api_url": "gopher://10.0.0.1:70/"}, "api_url is no"),
    ],
)
def test_a_record_that_cannot_be_used_says_why(value: bytes | dict[str, Any], reason: str) -> None:
    """Broken, incomplete, or no address: never an exception, never a guess."""
    broken = _member(value)
    assert isinstance(broken, BrokenRecord)
    assert broken.name == "pg0"
    assert reason in broken.reason


@pytest.mark.parametrize(
    "address",
    ["postgres://db-1.example:5432/postgres", "postgres://[2001:db8::1]:5432/postgres"],
)
def test_names_and_ipv6_addresses_are_addresses(address: str) -> None:
    """What Patroni may publish arrives unchanged."""
    record = _member(RECORD | {"conn_url": address})
    assert isinstance(record, MemberRecord)
    assert record.conn_url == address


@pytest.mark.parametrize("timeline", ["4", 4.5, True, None, [4]])
def test_a_timeline_that_is_no_number_is_none(timeline: object) -> None:
    """A strange timeline harms nothing else in the record."""
    record = _member(RECORD | {"timeline": timeline})
    assert isinstance(record, MemberRecord)
    assert record.pg_timeline is None


@pytest.mark.parametrize("name", ["pg 0", "größe", "a%20b", 'o\'clock "five"', "a/b", "leader"])
def test_odd_names_are_kept_as_they_are(name: str) -> None:
    """A name is all that follows `members/`."""
    assert _member(RECORD, name).name == name


def test_a_name_that_is_no_text_matches_nobody() -> None:
    """Bytes that are not UTF-8 are shown escaped, in key and value alike."""
    kv = _key(b"/service/main/members/\xff", json.dumps(RECORD).encode())
    assert layout.parse_member(SCOPE, kv).name == "\\xff"
    leader = _view(leader=b"\xfe").leader
    assert leader is not None
    assert leader.member == "\\xfe"


@pytest.mark.parametrize(
    ("config", "moves"),
    [
        ({}, False),
        ({"primary_start_timeout": 300}, False),
        ({"primary_start_timeout": 0}, True),
        ({"master_start_timeout": "0"}, True),
        ({"primary_start_timeout": False}, False),
    ],
)
def test_whether_a_crash_moves_the_leader(config: dict[str, Any], *, moves: bool) -> None:
    """primary_start_timeout = 0, by its old name too."""
    assert _view(config=json.dumps(config).encode()).crash_moves is moves


@pytest.mark.parametrize(
    ("config", "paused", "failsafe", "standby"),
    [
        ({}, False, False, False),
        ({"pause": True}, True, False, False),
        ({"pause": "on", "failsafe_mode": "yes"}, True, True, False),
        ({"pause": "off", "failsafe_mode": 0}, False, False, False),
        ({"pause": None}, False, False, False),
        ({"failsafe_mode": True}, False, True, False),
        ({"standby_cluster": {"host": "10.0.0.9"}}, False, False, True),
        ({"standby_cluster": {"restore_command": "cp"}}, False, False, True),
        ({"standby_cluster": {}}, False, False, False),
        ({"standby_cluster": None}, False, False, False),
        ({"standby_cluster": {"create_replica_methods": ["basebackup"]}}, False, False, False),
    ],
)
def test_switches_are_read_as_patroni_reads_them(
    config: dict[str, Any], *, paused: bool, failsafe: bool, standby: bool
) -> None:
    """YAML and JSON write truth differently; a standby block without a source is none."""
    view = _view(config=json.dumps(config).encode())
    assert (view.paused, view.failsafe, view.standby_cluster) == (paused, failsafe, standby)


@pytest.mark.parametrize("config", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000])
def test_a_configuration_that_does_not_parse_is_patronis_default(config: bytes) -> None:
    """As Patroni itself does, an unreadable configuration switches nothing on."""
    view = _view(leader=b"pg0", config=config)
    assert (view.paused, view.failsafe, view.standby_cluster) == (False, False, False)
    assert view.leader is not None


@pytest.mark.parametrize(
    ("failover", "asked"),
    [
        (None, None),
        (b"{}", AskedFor(revision=8, pending=False)),
        (b"", AskedFor(revision=8, pending=False)),
        (b"{", AskedFor(revision=8, pending=False)),
        (b'{"leader": "pg0"}', AskedFor(revision=8, pending=True)),
    ],
)
def test_a_wish_for_another_leader_is_told_by_its_revision(
    failover: bytes | None, asked: AskedFor | None
) -> None:
    """What it says is Patroni's business; whether it was taken up, and when, is ours."""
    assert _view(leader=b"pg0", failover=failover).asked == asked


@pytest.mark.parametrize("digits", ["0/leader", "12/members/pg0"])
def test_citus_groups_are_refused(digits: str) -> None:
    """Numbered folders and no leader of its own: several clusters under one name."""
    with pytest.raises(UnsupportedLayout, match="Citus") as refused:
        _view(digits=digits)
    assert refused.value.remedy


@pytest.mark.parametrize("digits", ["0", "7up", "2nd/leader"])
def test_a_key_that_only_begins_with_a_digit_is_no_group(digits: str) -> None:
    """Whatever else lies there is not our business."""
    assert _view(digits=digits).leader is None


def test_a_leader_of_its_own_counts_more_than_a_stray_folder() -> None:
    """A plain cluster stays one, whatever was left beside it."""
    assert _view(leader=b"pg0", digits="0/config").leader is not None
