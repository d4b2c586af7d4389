"""An event is a rumour: however it is made up, it is recorded or refused whole, and decides nothing."""

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from jobs.audit import Kind
from jobs.event import CALLBACK, TYPES
from jobs.inventory import Inventory, load_inventory
from jobs.names import INTAKE, RESPOND
from tests.unit.webhook.ear import NOW, Ear, at_once, envelope, pair, signed
from tests.world import INVENTORY, MEMBERS, World, make_world
from webhook.app import create_app
from webhook.ports import Ports

ANYTHING = st.text(max_size=30) | st.integers() | st.booleans() | st.none()
NESTED = st.sampled_from(['{"a":', "["]).flatmap(
    lambda opens: st.sampled_from([3, 40, 500]).map(lambda deep: opens * deep + "1")
)
ODD_JSON = (
    NESTED
    | st.sampled_from(
        ["9" * 400, "-" + "9" * 5000, "1e999", "NaN", "-Infinity", "1.0", '"\\ud800"', '"\\u0000"']
    )
    | st.sampled_from(['"\u202e"', '"\x7f"', "{}", "[]", '{"x":{}}', '{"x":1,"x":2}', "'x'", ""])
)
ODD_BYTES = st.sampled_from([b"\xff", b"\xc0\xaf", b"\x00", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"{"])
IDS = st.sampled_from(
    ["db1-1", "a.b", "a b", "é", "", "a" * 128, "a" * 129, "\u202ea", "x\x7f"]
) | st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=130)
TIMES = st.sampled_from(
    [
        *(
            str(int(NOW)),
            str(int(NOW) - 299),
            str(int(NOW) + 301),
            "0",
            "-1",
            "1e9",
            " 1",
            "9" * 12,
        ),
        *("9" * 13, "9" * 400, "1800000000.0", "0x1", "+1800000000", ""),
    ]
)
JUNK = st.sampled_from(
    ["v1,", "v1a,", "v1a,AAAA", "v2,AAAA", ",", "v1a", "v1,=", "v1a," + "A" * 86 + "==", "\t", "é"]
)


@st.composite
def bodies(draw: st.DrawFn, id_: str) -> bytes:
    """An event of db1 with something odd in one of its members, told twice, or with bytes put into it."""
    usual = json.dumps(envelope(id=id_))
    name = draw(st.sampled_from(["id", "source", "type", "subject", "time", "data", "more"]))
    odd = draw(ODD_JSON | ANYTHING.map(json.dumps))
    plain = {k: v for k, v in envelope(id=id_).items() if k != name}
    other = f'{json.dumps(plain)[:-1]},"{name}":{odd}}}'
    text = draw(st.sampled_from([usual, other, f'{{"{name}":{odd},{usual[1:]}']))
    body = text.encode(errors="surrogatepass")
    at = draw(st.integers(0, len(body)))
    return draw(st.just(body) | ODD_BYTES.map(lambda odd: body[:at] + odd + body[at:]))


@st.composite
def requests(draw: st.DrawFn, ear: Ear) -> tuple[bytes, dict[str, str]]:
    """A body and its headers; the signature may be db1's, of this body or of another, among junk."""
    id_ = draw(IDS).encode("ascii", "ignore").decode()
    body = draw(bodies(id_))
    about = draw(st.sampled_from([body, body, body, b"another"]))
    key = draw(st.sampled_from([ear.db1.private, ear.spare.private, OTHER.private]))
    good = signed(id_, about, key, NOW)
    listed = [*draw(st.lists(JUNK, max_size=9)), good["webhook-signature"]]
    draw(st.randoms(use_true_random=False)).shuffle(listed)
    told = {"webhook-signature": " ".join(listed)} | draw(
        st.just({}) | st.just({}) | st.fixed_dictionaries({"webhook-timestamp": TIMES})
    )
    return body, good | told


OTHER = pair()


@settings(max_examples=150)
@given(st.data())
def test_each_event_is_recorded_with_its_job_or_refused(data: st.DataObject) -> None:
    """Several made-up requests at one ear: as many entries as were accepted for the first time, a job where
    there is an entry, none where there is none, and never an error of ours."""
    ear = Ear()
    answers = []
    for _ in range(data.draw(st.integers(1, 4))):
        body, headers = data.draw(requests(ear))
        answers.append(ear.post(body, headers))
    assert all(a.status_code == 202 or 400 <= a.status_code < 500 for a in answers)
    assert all(json.loads(a.data)["detail"] for a in answers if a.status_code != 202)
    event("accepted" if any(a.status_code == 202 for a in answers) else "all refused")
    fresh = [a for a in answers if a.status_code == 202 and not json.loads(a.data)["repeated"]]
    assert len(events(ear, "orders")) == len(fresh)
    assert events(ear, "billing") == events(ear, INTAKE) == []
    assert [f for f, _ in ear.ledger.waiting_jobs()] == [RESPOND] * bool(fresh)


def events(ear: Ear, trail: str) -> Sequence[object]:
    return [fact for fact in ear.heard(trail) if fact["kind"] == Kind.EVENT]


@settings(max_examples=100)
@given(body=st.binary(max_size=80), junk=st.lists(JUNK, min_size=1, max_size=12), at=TIMES)
def test_no_signature_is_made_up(body: bytes, junk: list[str], at: str) -> None:
    """Without a key of the sender nothing is believed, whatever stands in the three headers."""
    ear = Ear()
    whole = json.dumps(envelope()).encode()
    for told in (body, whole):
        headers = signed("db1-1", told, OTHER.private, NOW)
        spoiled = {"webhook-signature": " ".join(junk), "webhook-timestamp": at}
        assert 400 <= ear.post(told, headers | spoiled).status_code < 500
    assert ear.ledger.waiting_jobs() == events(ear, "orders") == []


MEMBER_WORDS = st.sampled_from([*MEMBERS, *MEMBERS.values(), "pg9", "10.6.6.6", "web1", "$(id)"])
NAMES = (
    *("member", "leader", "role", "scope", "epoch", "host", "address", "port", "conn_url"),
    *("cluster", "action", "status", "balancer", "fence", "system", "pg_timeline", "applications"),
)
RUMOURS = st.fixed_dictionaries(
    {
        "type": st.sampled_from(sorted(TYPES)),
        "data": st.dictionaries(
            st.sampled_from(NAMES), MEMBER_WORDS | st.integers(-3, 99) | st.booleans(), max_size=8
        ),
        "time": st.sampled_from([None, "2099-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "now"]),
    }
)


def listening(world: World) -> tuple[Ear, Any]:
    """An ear over the world's ledger, and a client of it."""
    ear = Ear()
    sender = f'\n[senders.db1]\nclusters = ["shop"]\nkeys = ["{ear.db1.public}"]\n'
    inventory = load_inventory(INVENTORY + sender)
    assert isinstance(inventory, Inventory)
    ports = Ports(
        inventory=inventory,
        ledger=world.ledger,
        ready=tuple,
        now=lambda: NOW,
        aside=at_once,
        registry=CollectorRegistry(),
    )
    return ear, create_app(ports).test_client()


def moved(rumours: Sequence[dict[str, Any]], leader: str) -> tuple[object, ...]:
    """Everything that pgbaton does to its hosts while these rumours come, one after the other."""
    world = make_world()
    world.settle()
    ear, client = listening(world)
    world.fail_over(leader)
    for number, rumour in enumerate(rumours):
        told = envelope(id=f"db1-{number}", subject="shop", **rumour)
        body = json.dumps(told).encode()
        headers = signed(told["id"], body, ear.db1.private, NOW)
        assert client.post("/events", data=body, headers=headers).status_code == 202
        world.work()
    fences = {name: record.fence for name, record in world.ledger.state("shop").hosts.items()}
    return (
        *(world.env(name) for name in ("web1", "web2")),
        *(world.restarts(name) for name in ("web1", "web2")),
        fences,
    )


@settings(max_examples=40)
@given(st.lists(RUMOURS, min_size=1, max_size=3), st.sampled_from(sorted(MEMBERS)))
def test_no_field_of_an_event_decides_anything(rumours: list[dict[str, Any]], leader: str) -> None:
    """Whoever leads by etcd's word: files, restarts and fences are those that the plainest event leads to."""
    plain: dict[str, Any] = {"type": CALLBACK, "data": {}, "time": None}
    assert moved(rumours, leader) == moved([plain], leader)
    assert MEMBERS[leader] in moved(rumours, leader)[0]  # type: ignore[operator]
