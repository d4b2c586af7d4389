"""Whom to isolate, by law; what a member may answer; and which inventories could not isolate."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.claims import MemberRecord
from jobs.fence import Fence
from jobs.inventory import BadInventory, Inventory, Isolation, load_inventory, parse_target
from jobs.isolation import Reject, Spared, Stop, spared, steps, to_isolate
from jobs.stopping import LONGEST, StopOrder, decode_stop
from jobs.verdict import (
    Confirmed,
    Contradicted,
    Leadership,
    NotYet,
    Standby,
    Undetermined,
    Verdict,
)
from tests.unit.jobs.balancer.values import LINODE
from tests.unit.jobs.road.test_isolation import PINS, isolating
from tests.world import HOST_KEY, INVENTORY

MEMBERS = ("pg1", "pg2", "pg3")
FENCES = st.builds(
    Fence,
    system=st.just("7"),
    pg_timeline=st.integers(1, 3),
    epoch=st.integers(1, 3),
)


def confirmed(leader: str, fence: Fence, *, paused: bool, stale: tuple[str, ...]) -> Confirmed:
    record = MemberRecord(name=leader, conn_url="", api_url="")
    return Confirmed(
        leadership=Leadership(member=leader, fence=fence, record=record),
        reason="",
        stale=stale,
        paused=paused,
    )


VERDICTS: st.SearchStrategy[Verdict] = st.one_of(
    st.builds(
        confirmed,
        st.sampled_from(MEMBERS),
        FENCES,
        paused=st.booleans(),
        stale=st.lists(st.sampled_from(MEMBERS), unique=True).map(tuple),
    ),
    st.builds(NotYet, reason=st.just("")),
    st.builds(Contradicted, reason=st.just("")),
    st.builds(Standby, reason=st.just("")),
    st.builds(Undetermined, reason=st.just("")),
)
POLICIES = st.builds(Isolation, policy=st.sampled_from(["off", "reject", "stop"]))


@given(verdict=VERDICTS, isolation=POLICIES)
def test_only_stale_members_beside_a_confirmed_leader_are_ever_isolated(
    verdict: Verdict, isolation: Isolation
) -> None:
    """Never the leader, never on another verdict, never while Patroni is paused, never with the policy off."""
    members = [parse_target(target).name for target in to_isolate(verdict, isolation)]
    if not members:
        return
    assert isinstance(verdict, Confirmed)
    assert verdict.leadership.member not in members
    assert set(members) <= set(verdict.stale)
    assert not verdict.paused
    assert isolation.policy != "off"


@given(verdict=VERDICTS, isolation=POLICIES, suspects=st.sets(st.sampled_from(MEMBERS)))
def test_suspects_are_looked_at_under_the_same_law(
    verdict: Verdict, isolation: Isolation, suspects: set[str]
) -> None:
    """Never the leader, and only where a stale member would be isolated; everybody else is as before."""
    members = {parse_target(t).name for t in to_isolate(verdict, isolation, suspects=suspects)}
    without = {parse_target(t).name for t in to_isolate(verdict, isolation)}
    assert without <= members <= without | suspects
    if members:
        assert isinstance(verdict, Confirmed)
        assert verdict.leadership.member not in members
        assert not verdict.paused
        assert isolation.policy != "off"


@given(verdict=VERDICTS, isolation=POLICIES, fence=FENCES, member=st.sampled_from(MEMBERS))
def test_a_job_spares_whom_no_round_would_have_given_to_it(
    verdict: Verdict, isolation: Isolation, fence: Fence, member: str
) -> None:
    """Whoever is not spared would be given to a job anew, and under the very same fence."""
    if spared(verdict, member, isolation, fence=fence) is not None:
        return
    assert isinstance(verdict, Confirmed)
    assert verdict.leadership.fence == fence
    assert member in [parse_target(t).name for t in to_isolate(verdict, isolation)]


def test_a_stale_member_is_not_spared() -> None:
    """The law could hold because nobody is ever isolated."""
    fence = Fence(system="7", pg_timeline=2, epoch=2)
    verdict = confirmed("pg2", fence, paused=False, stale=("pg1",))
    assert to_isolate(verdict, Isolation(policy="stop")) == ("member:pg1",)
    assert spared(verdict, "pg1", Isolation(policy="reject"), fence=fence) is None
    assert spared(verdict, "pg3", Isolation(policy="stop")) is Spared.WELL


@pytest.mark.parametrize(
    ("policy", "modes", "wanted"),
    [
        ("reject", "enforce", (Reject(balancer="front"),)),
        ("stop", "enforce", (Reject(balancer="front"), Stop())),
        ("stop", "observe", (Stop(),)),
        ("off", "enforce", ()),
    ],
)
def test_the_gentlest_step_comes_first(policy: str, modes: str, wanted: tuple[object, ...]) -> None:
    """A balancer whose modes pgbaton does not set is left alone: nobody would accept the node again."""
    assert steps(sound(policy, front=f'modes = "{modes}"\n'), "shop") == wanted


def sound(policy: str, *, front: str | None = None) -> Inventory:
    loaded = load_inventory(text_of(policy, front=front))
    assert isinstance(loaded, Inventory), str(loaded)
    return loaded


def text_of(policy: str, *, front: str | None = None) -> str:
    more = f"{isolating(policy, machines=front is None)}\npostgresql_port = 5433"
    text = INVENTORY.replace('scope = "shop"', f'scope = "shop"\n{more}') + PINS
    return text if front is None else text + LINODE + front


def test_where_a_member_is_stopped_is_said_by_machines_and_pins() -> None:
    """As PostgreSQL's owner, never through sudo, with the pinned key alone."""
    host = sound("stop").member_host("shop", "pg1")
    assert host is not None
    assert (host.address, host.user, host.become) == ("10.0.0.1", "postgres", "none")
    assert host.host_keys == (HOST_KEY,)
    assert sound("off").follows("shop", "member:pg1") is False


@pytest.mark.parametrize(
    ("text", "path", "says"),
    [
        (
            text_of("stop").replace('probe = { user = "pgbaton" }\n', ""),
            "clusters.shop.isolation.policy",
            "nobody asks PostgreSQL",
        ),
        (text_of("reject"), "clusters.shop.isolation.policy", "no NodeBalancer"),
        (
            text_of("reject", front='modes = "observe"\n'),
            "clusters.shop.isolation.policy",
            "no NodeBalancer",
        ),
        (
            text_of("stop").replace(f'[machines.pg2]\nhost_keys = ["{HOST_KEY}"]\n', ""),
            "machines.pg2.host_keys",
            "keys pin pg2 --write",
        ),
        (
            text_of("stop").replace("machines = {", "linodes = {"),
            "clusters.shop.isolation.policy",
            "nobody knows where the members are",
        ),
        (
            text_of("stop").replace('policy = "stop"', 'policy = "stop", user = "root"'),
            "clusters.shop.isolation.user",
            "not who owns PostgreSQL",
        ),
        (
            text_of("stop")
            + f'[hosts.pg1]\naddress = "10.0.0.1"\nuser = "postgres"\nhost_keys = ["{HOST_KEY}"]\n',
            "clusters.shop.isolation.user",
            "[hosts.pg1] logs in as postgres too",
        ),
        (
            text_of("stop").replace('policy = "stop"', 'policy = "kill"'),
            "clusters.shop.isolation.policy",
            "stop",
        ),
    ],
    ids=["no-probe", "no-front", "observe", "no-pin", "no-machines", "root", "shared", "unknown"],
)
def test_what_could_not_be_done_is_no_inventory(text: str, path: str, says: str) -> None:
    """Each mistake is named where it stands, with what would lift it."""
    loaded = load_inventory(text)
    assert isinstance(loaded, BadInventory)
    assert any(m.path == path and says in m.reason for m in loaded.mistakes), str(loaded)


@given(st.binary(max_size=3000))
def test_whatever_a_member_answers_is_an_answer_or_none(output: bytes) -> None:
    """It may be in anybody's hands: nothing is raised."""
    assert decode_stop(output) is None or len(output) > 0


@given(reason=st.text(max_size=500), remedy=st.text(max_size=500))
def test_a_members_words_are_bounded_and_printable(reason: str, remedy: str) -> None:
    """They end in the trail, in Slack and on pages."""
    raw = json.dumps({"outcome": "refused", "reason": reason, "remedy": remedy}).encode()
    reply = decode_stop(raw)
    if len(raw) > LONGEST:
        return
    assert reply is not None
    assert reply.reason.isprintable()
    assert len(reply.remedy) <= 300


@pytest.mark.parametrize(
    "said",
    [b"", b"[]", b"{}", b'{"outcome": "stopped"}', b'{"outcome": "x", "reason": "", "remedy": ""}'],
)
def test_what_is_no_answer_is_none(said: bytes) -> None:
    assert decode_stop(said) is None


def test_an_order_is_one_line_with_the_fence() -> None:
    fence = Fence(system="7", pg_timeline=2, epoch=9)
    assert StopOrder(cluster="shop", fence=fence).command == "isolate shop 7/2/9"
    assert StopOrder(cluster="shop", fence=None).command == "check shop"
