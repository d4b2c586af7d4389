"""The judge, by table and by law: evidence in, one of five verdicts out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.claims import (
    BrokenRecord,
    Claims,
    ClusterView,
    LeaderKey,
    MemberRecord,
    NotProbed,
    OtherMember,
    RestAnswer,
    SqlAnswer,
    SqlClaim,
    SqlRefused,
    SqlStarting,
    Unknown,
)
from jobs.fence import Fence
from jobs.judge import Policy, judge
from jobs.verdict import Confirmed

SYSTEM = "7000000000000000001"
KEY = LeaderKey(member="pg1", epoch=42, lease=7)
RECORD = MemberRecord(
    name="pg1", conn_url="postgres://10.0.0.1:5432/postgres", api_url="http://10.0.0.1:8008/patroni"
)
VIEW = ClusterView(
    cluster="shop", revision=50, leader=KEY, members=(RECORD,), system_identifier=SYSTEM
)
REST = RestAnswer(
    role="primary",
    state="running",
    scope="shop",
    name="pg1",
    system_identifier=SYSTEM,
    pg_timeline=3,
)
SQL = SqlAnswer(in_recovery=False, read_only=False, system_identifier=SYSTEM, pg_timeline=3)
SOUND = Claims(cluster="shop", scope="shop", before=VIEW, rest=REST, sql=SQL, after=KEY)

Doubt = Callable[[Claims], Claims]


def on_view(**parts: object) -> Doubt:
    return lambda claims: replace(claims, before=replace(VIEW, **parts))  # type: ignore[arg-type]


def on_rest(**parts: object) -> Doubt:
    return lambda claims: replace(claims, rest=replace(REST, **parts))  # type: ignore[arg-type]


def on_sql(claim: SqlClaim | None) -> Doubt:
    return lambda claims: replace(claims, sql=claim)


def on_after(key: LeaderKey | Unknown | None) -> Doubt:
    return lambda claims: replace(claims, after=key)


LOST = Unknown(reason="timed out")
IN_RECOVERY = SqlAnswer(in_recovery=True, read_only=True)
READ_ONLY = replace(SQL, read_only=True)

DOUBTS: list[tuple[str, Doubt, str, str]] = [
    (
        "etcd cannot be asked",
        lambda c: replace(c, before=LOST),
        "unknown",
        "etcd cannot be asked: timed out",
    ),
    ("no leader key", on_view(leader=None), "not-yet", "no leader key"),
    (
        "no leader key in failsafe mode",
        on_view(leader=None, failsafe=True),
        "not-yet",
        "failsafe mode is on",
    ),
    ("a key without a lease", on_view(leader=replace(KEY, lease=0)), "unknown", "has no lease"),
    ("a member without a record", on_view(members=()), "unknown", "no member record"),
    (
        "a record that does not parse",
        on_view(members=(BrokenRecord(name="pg1", reason="is not JSON"),)),
        "unknown",
        "unusable: is not JSON",
    ),
    ("a key that cannot be read again", on_after(LOST), "unknown", "could not be read again"),
    ("a key that is gone afterwards", on_after(None), "not-yet", "changed while it was looked at"),
    (
        "another epoch afterwards",
        on_after(replace(KEY, epoch=43)),
        "not-yet",
        "changed while it was looked at",
    ),
    ("another member afterwards", on_after(replace(KEY, member="pg2")), "not-yet", "changed while"),
    ("REST silent", lambda c: replace(c, rest=LOST), "unknown", "cannot be asked by REST"),
    ("REST never asked", lambda c: replace(c, rest=None), "unknown", "cannot be asked by REST"),
    ("another member at the address", on_rest(name="pg2"), "contradicted", "answers as pg2"),
    ("another scope", on_rest(scope="other"), "contradicted", "answers for scope other"),
    ("another system by REST", on_rest(system_identifier="1"), "contradicted", "another cluster"),
    (
        "another system by SQL",
        on_sql(replace(SQL, system_identifier="1")),
        "contradicted",
        "another cluster",
    ),
    ("a replica by REST", on_rest(role="replica"), "contradicted", "is a replica"),
    ("in recovery by SQL", on_sql(IN_RECOVERY), "contradicted", "in recovery"),
    ("read-only by SQL", on_sql(READ_ONLY), "contradicted", "read-only"),
    ("starting by SQL", on_sql(SqlStarting(reason="starting up")), "not-yet", "starting up"),
    ("crashed by REST", on_rest(state="crashed"), "not-yet", "crashed"),
    ("SQL silent", on_sql(LOST), "unknown", "cannot be asked by SQL"),
    ("a standby leader", on_rest(role="standby_leader"), "standby", "leads a standby cluster"),
    (
        "no timeline anywhere",
        lambda c: replace(
            c, rest=replace(REST, pg_timeline=None), sql=replace(SQL, pg_timeline=None)
        ),
        "unknown",
        "neither its timeline",
    ),
]


@pytest.mark.parametrize(
    ("doubt", "kind", "reason"), [d[1:] for d in DOUBTS], ids=[d[0] for d in DOUBTS]
)
def test_one_doubt_is_enough(doubt: Doubt, kind: str, reason: str) -> None:
    """Each single doubt keeps the judge from confirming, and says why."""
    verdict = judge(doubt(SOUND), policy=Policy(), known_for=60)
    assert verdict.kind == kind
    assert reason in verdict.reason


def test_agreeing_witnesses_confirm() -> None:
    """Key, record, REST, SQL and the second look agree: confirmed, with the fence they add up to."""
    verdict = judge(SOUND, policy=Policy())
    assert isinstance(verdict, Confirmed)
    assert verdict.leadership.fence == Fence(system=SYSTEM, pg_timeline=3, epoch=42)
    assert verdict.leadership.member == "pg1"


@pytest.mark.parametrize("role", ["primary", "master"])
def test_both_spellings_of_primary_confirm(role: str) -> None:
    """Patroni says `master` before 4.0 and `primary` since."""
    assert judge(on_rest(role=role)(SOUND), policy=Policy()).kind == "confirmed"


@pytest.mark.parametrize("doubt", [on_rest(role="replica"), on_sql(IN_RECOVERY)])
def test_young_epoch_counts_as_promoting(doubt: Doubt) -> None:
    """A holder in recovery is "not yet" while its epoch is young, a contradiction afterwards."""
    assert judge(doubt(SOUND), policy=Policy(), known_for=1).kind == "not-yet"
    assert judge(doubt(SOUND), policy=Policy(), known_for=11).kind == "contradicted"


@pytest.mark.parametrize("claim", [SqlRefused(sqlstate="28P01", reason="password"), NotProbed()])
def test_refused_login_confirms_with_a_note_unless_policy_forbids(claim: SqlClaim) -> None:
    """A server that answers but lets nobody in is confirmed on REST; `required` forbids that."""
    verdict = judge(on_sql(claim)(SOUND), policy=Policy())
    assert isinstance(verdict, Confirmed)
    assert "writability not probed" in verdict.notes[0]
    assert judge(on_sql(claim)(SOUND), policy=Policy(probe_required=True)).kind == "unknown"


def test_second_writable_member_is_named_and_does_not_hold_up() -> None:
    """Two writable primaries: the key's holder is confirmed, the other one named."""
    others = (OtherMember(name="pg2", sql=SQL), OtherMember(name="pg3", sql=IN_RECOVERY))
    verdict = judge(replace(SOUND, others=others), policy=Policy())
    assert isinstance(verdict, Confirmed)
    assert verdict.stale == ("pg2",)


def test_standby_cluster_is_confirmed_once_it_was_promoted() -> None:
    """A configuration that still says standby does not outvote a writable primary."""
    assert judge(on_view(standby_cluster=True)(SOUND), policy=Policy()).kind == "confirmed"
    still = on_view(standby_cluster=True)(on_rest(role="replica")(SOUND))
    assert judge(still, policy=Policy()).kind == "standby"


def test_pause_and_failsafe_are_shown_and_hold_nothing_up() -> None:
    """Patroni's pause and failsafe mode are notes."""
    doubted = replace(on_view(paused=True)(SOUND), rest=replace(REST, failsafe_active=True))
    verdict = judge(doubted, policy=Policy())
    assert isinstance(verdict, Confirmed)
    assert verdict.notes == ("Patroni is paused", "failsafe mode is active")


@given(
    st.lists(st.sampled_from([d[1] for d in DOUBTS]), min_size=1),
    st.floats(min_value=0, max_value=1e6),
)
def test_judge_never_confirms_when_any_witness_disagrees(
    doubts: list[Doubt], known_for: float
) -> None:
    """However doubts are stacked, and however long the epoch is known: never confirmed."""
    claims = SOUND
    doubted = [doubt(claims) for doubt in doubts]
    mixed = replace(
        doubted[0],
        rest=next((d.rest for d in doubted if d.rest != REST), doubted[0].rest),
        sql=next((d.sql for d in doubted if d.sql != SQL), doubted[0].sql),
        after=next((d.after for d in doubted if d.after != KEY), doubted[0].after),
    )
    assert judge(mixed, policy=Policy(), known_for=known_for).kind != "confirmed"


@given(st.integers(min_value=1), st.integers(min_value=1, max_value=2**32))
def test_fence_carries_epoch_and_pg_timeline_of_the_evidence(epoch: int, pg_timeline: int) -> None:
    """Whatever the numbers, the fence is made of the key's epoch and PostgreSQL's own timeline."""
    key = replace(KEY, epoch=epoch)
    claims = replace(
        SOUND,
        before=replace(VIEW, leader=key),
        after=key,
        sql=replace(SQL, pg_timeline=pg_timeline),
    )
    verdict = judge(claims, policy=Policy())
    assert isinstance(verdict, Confirmed)
    assert (verdict.leadership.fence.epoch, verdict.leadership.fence.pg_timeline) == (
        epoch,
        pg_timeline,
    )
