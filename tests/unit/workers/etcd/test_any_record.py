"""A member's record comes from etcd, where anything may stand: what holds for whatever is written there."""

import json
import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict

from jobs.blocked import Blocked
from jobs.claims import BrokenRecord, Claims, LeaderKey, MemberRecord
from jobs.event import MAX_TEXT
from jobs.inventory import Address
from jobs.judge import Policy, judge
from jobs.plan import resolve
from jobs.ports import ScopeRef
from jobs.verdict import Confirmed
from tests.fakes.rest import FakeRest
from tests.fakes.witness import SYSTEM
from tests.world import make_world
from workers.etcd import layout
from workers.etcd.wire import Answer, KeyValue
from workers.postgres import Login, PostgresProbe

SCOPE = ScopeRef(cluster="shop", namespace="service", scope="shop")
PLAIN = frozenset(string.ascii_letters + string.digits + "._-:%")
SOUND = {"conn_url": "postgres://10.0.0.1:5432/postgres", "api_url": "http://10.0.0.1:8008/patroni"}
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
ODD_HOSTS = st.sampled_from(
    [
        *("a b", "a' host=evil", "a\\' x", "$(id)", "`id`", "a;id", "a|id", "a&b", "a,b", "/tmp/s"),
        *(
            "%2Ftmp%2Fs",
            "a%20options=-c",
            "a%00b",
            "a%0ab",
            "@/tmp",
            "a\x00b",
            "a\x7fb",
            "é",
            "\uff41",
        ),
        *("[::1]", "[::1%25eth0]", "[fe80::1%25$(id)]", "[v1.x]", "[", "-oProxyCommand=id", "--"),
        *("a" * 300, ".", "..", "u:p@h", "h:1:2", "h:99999", "h:", "h:0", "h:٣", "10.0.0.1"),
    ]
)
URLS = st.builds(
    "{}://{}{}/{}".format,
    st.sampled_from(["postgres", "postgresql", "http", "https", "file", "POSTGRES", ""]),
    st.sampled_from(["", "u:p@", "u@", "postgres:x@y@"]),
    ODD_HOSTS | st.text(max_size=20),
    st.sampled_from(["", "postgres", "x?options=-c%20work_mem=1", "?host=evil&hostaddr=10.6.6.6"]),
)
NAMES = (
    st.sampled_from([b"pg1", b"", b"a/b", b"\xff", b"a\nb", b"\x1b[2J", b"x" * 300]) | st.binary()
)


@st.composite
def records(draw: st.DrawFn) -> bytes:
    """Arbitrary bytes, arbitrary JSON, or a record that is odd in some of its members."""
    whole = st.dictionaries(
        st.sampled_from(["conn_url", "api_url", "proxy_url", "timeline", "role", "state", "x"]),
        URLS | JSON | st.just(10**4400) | st.integers(-(2**70), 2**70),
        max_size=5,
    )
    odd = whole.map(lambda part: _told(SOUND | part))
    return draw(st.binary(max_size=40) | JSON.map(_told) | odd | odd)


def _told(value: object) -> bytes:
    """JSON, with numbers longer than Python itself writes."""
    return json.dumps(value, default=str).encode() if not _huge(value) else b'{"timeline":%d}' % 7


def _huge(value: object) -> bool:
    return isinstance(value, dict) and any(
        isinstance(one, int) and abs(one) > 10**4000 for one in value.values()
    )


def parsed(name: bytes, value: bytes) -> MemberRecord | BrokenRecord:
    key = b"/service/shop/members/" + name
    return layout.parse_member(
        SCOPE, KeyValue(key=key, value=value, create_revision=1, mod_revision=1, lease=1)
    )


def hosts(record: MemberRecord) -> list[str]:
    """Every host that anything of ours takes from a record."""
    app = make_world().inventory.applications["store"]
    address = resolve(app, record)
    return [address.host] if isinstance(address, Address) else []


@settings(max_examples=200)
@given(NAMES, records())
def test_a_record_is_read_or_broken(name: bytes, value: bytes) -> None:
    """Nothing raises; what is read holds words that are hosts, and what is not says why."""
    found = parsed(name, value)
    if isinstance(found, BrokenRecord):
        assert found.reason
        return
    assert found.name.isprintable()
    assert len(found.name) <= MAX_TEXT
    assert found.pg_timeline is None or 0 < found.pg_timeline < 2**32
    assert all(set(host) <= PLAIN for host in hosts(found))


@settings(max_examples=120)
@given(records())
def test_nonsense_is_never_confirmed(value: bytes) -> None:
    """Though Patroni and PostgreSQL would answer well at any address: no verdict rests on a record that
    gives none, and none is made into a plan that is no host."""
    key = LeaderKey(member="pg1", epoch=5, lease=7)
    ranges = (
        (_kv("leader", b"pg1"),),
        (_kv("members/pg1", value),),
        *((), (_kv("initialize", SYSTEM.encode()),), (), ()),
    )
    view = layout.view(SCOPE, Answer(revision=9, ranges=ranges))
    record = view.member("pg1")
    healthy = make_world().witness.gather("shop", timeout=1)
    claims = Claims(
        cluster="shop", scope="shop", before=view, rest=healthy.rest, sql=healthy.sql, after=key
    )
    verdict = judge(claims, policy=Policy())
    assert isinstance(verdict, Confirmed) == isinstance(record, MemberRecord)
    if isinstance(verdict, Confirmed):
        assert all(set(host) <= PLAIN for host in hosts(verdict.leadership.record))


def _kv(name: str, value: bytes) -> KeyValue:
    key = f"/service/shop/{name}".encode()
    return KeyValue(key=key, value=value, create_revision=5, mod_revision=5, lease=7)


WORDS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=100)
@given(host=ODD_HOSTS.filter(lambda host: "\x00" not in host) | WORDS, port=st.integers(0, 70000))
def test_a_record_adds_nothing_to_what_libpq_is_told(host: str, port: int) -> None:
    """Host and port are values among ours: no option, no other host, no file stands there because of them.
    (What cannot be resolved, such as a NUL, does not come so far.)"""
    probe = PostgresProbe(Login(user="monitor", password="secret"))
    told = conninfo_to_dict(probe._conninfo(host, "10.0.0.1", port))
    usual = conninfo_to_dict(probe._conninfo("h", "10.0.0.1", 1))
    assert told == usual | {"host": host, "port": str(port)}


@pytest.mark.parametrize("field", ["conn_url", "api_url"])
@pytest.mark.parametrize(
    "url",
    [
        *("{}://a b/", "{}://$(id)/", "{}://a;id:1/", "{}://a'b/", "{}://%2Ftmp/", "{}://a,b:1,2/"),
        *("{}://[fe80::1%25$(id)]:1/", "{}://-oProxyCommand=id/", "{}://é/", "{}://a%00b/"),
        "{}://" + "a" * 300 + "/",
    ],
    ids=range(11),
)
def test_what_is_no_host_breaks_the_record(field: str, url: str) -> None:
    """Said with the field's name, so that whoever reads the incident knows where to look."""
    odd = url.format("postgres" if field == "conn_url" else "http")
    found = parsed(b"pg1", json.dumps(SOUND | {field: odd}).encode())
    assert isinstance(found, BrokenRecord)
    assert field in found.reason


@pytest.mark.parametrize(
    "url", ["postgres://u:hush@a;b:1/", "http://u:hush@h:1/", "hush://u:hush@"]
)
def test_a_login_in_a_record_is_not_told(url: str) -> None:
    """Why an address cannot be used is said without the password that somebody wrote into it."""
    app = make_world().inventory.applications["store"]
    sound: dict[str, Any] = SOUND
    found = resolve(app, MemberRecord(name="pg1", proxy_url=url, **sound))
    assert isinstance(found, Blocked)
    assert "u:hush" not in found.reason


@settings(max_examples=100)
@given(JSON | st.fixed_dictionaries({"role": st.just("primary"), "state": st.just("running")}, optional={"timeline": JSON, "database_system_identifier": JSON, "patroni": JSON, "pause": JSON}))  # fmt: skip
def test_whatever_patroni_answers_is_read_or_refused(answer: object) -> None:
    """As the judge sees it: an answer, or something that could not be asked; never an exception."""
    rest = FakeRest(bodies={"u": json.dumps(answer).encode()})
    claim = rest.ask(MemberRecord(name="pg1", conn_url="", api_url="u"), timeout=1)
    timeline = getattr(claim, "pg_timeline", None)
    assert timeline is None or 0 < timeline < 2**32
