"""The promises of `jobs.ports.Dcs`, held by the fake and by etcd itself."""

import pytest

from jobs.claims import BrokenRecord, MemberRecord
from jobs.ports import DcsUnavailable, ScopeRef
from tests.contract import ports
from tests.contract.etcd.pens import SECONDS, EtcdPen, FakePen, Pen
from workers.etcd import Gateway

ODD = ("pg 0", "größe", "a%20b", 'o\'clock "five"', "naïve/slash")


@pytest.fixture(params=["fake", "etcd"])
def pen(request: pytest.FixtureRequest) -> Pen:
    if request.param == "fake":
        return FakePen()
    nobody = f"http://127.0.0.1:{ports.free()[0]}"
    return EtcdPen(request.getfixturevalue("gateway"), lambda: Gateway([nobody]))


def _member(name: str, number: int = 1) -> MemberRecord:
    return MemberRecord(
        name=name,
        conn_url=f"postgres://10.0.0.{number}:5432/postgres",
        api_url=f"http://10.0.0.{number}:8008/patroni",
        role="replica",
        state="running",
        pg_timeline=3,
    )


def test_a_scope_without_keys_has_no_leader_and_no_members(pen: Pen, scope: ScopeRef) -> None:
    """A cluster that is not there yet is an empty view, not an error."""
    view = pen.dcs.look([scope], timeout=SECONDS)["shop"]
    assert (view.leader, view.members, view.system_identifier) == (None, (), None)
    assert pen.dcs.leader(scope, timeout=SECONDS) is None


def test_look_and_leader_agree(pen: Pen, scope: ScopeRef) -> None:
    """The whole view and the single key tell of the same leadership."""
    pen.elect(scope, "pg0")
    leader = pen.dcs.leader(scope, timeout=SECONDS)
    assert leader is not None
    assert leader.member == "pg0"
    assert leader.lease != 0
    assert pen.dcs.look([scope], timeout=SECONDS)["shop"].leader == leader


def test_every_acquisition_is_a_new_and_higher_epoch(pen: Pen, scope: ScopeRef) -> None:
    """Also where the same member takes the key back, the epoch grows."""
    epochs = []
    for member in ("pg0", "pg1", "pg0", "pg0"):
        pen.elect(scope, member)
        leader = pen.dcs.leader(scope, timeout=SECONDS)
        assert leader is not None
        assert leader.member == member
        epochs.append(leader.epoch)
    assert epochs == sorted(set(epochs))


def test_a_new_lease_under_the_same_key_keeps_the_epoch(pen: Pen, scope: ScopeRef) -> None:
    """Patroni rewrites the key when its ttl changes: that is no new leadership."""
    pen.elect(scope, "pg0")
    before = pen.dcs.leader(scope, timeout=SECONDS)
    pen.renew(scope, "pg0")
    after = pen.dcs.leader(scope, timeout=SECONDS)
    assert before is not None
    assert after is not None
    assert after.epoch == before.epoch
    assert after.lease != before.lease


def test_a_key_without_a_lease_is_handed_on_as_it_is(pen: Pen, scope: ScopeRef) -> None:
    """A key that outlives its holder is for the judge to doubt; it arrives with lease 0."""
    pen.elect(scope, "pg0", leased=False)
    leader = pen.dcs.leader(scope, timeout=SECONDS)
    assert leader is not None
    assert leader.lease == 0


def test_a_released_key_leaves_nobody(pen: Pen, scope: ScopeRef) -> None:
    """Between two leaders there is none."""
    pen.elect(scope, "pg0")
    pen.vacate(scope)
    assert pen.dcs.leader(scope, timeout=SECONDS) is None


def test_members_come_parsed_and_in_order(pen: Pen, scope: ScopeRef) -> None:
    """Every record arrives as it was written, sorted by name."""
    records = (_member("pg0"), _member("pg1", 2), _member("pg2", 3))
    for record in reversed(records):
        pen.record(scope, record)
    assert pen.dcs.look([scope], timeout=SECONDS)["shop"].members == records


def test_a_broken_record_harms_only_itself(pen: Pen, scope: ScopeRef) -> None:
    """A record that does not parse is named, with a reason, beside those that do."""
    pen.record(scope, _member("pg0"))
    pen.spoil(scope, "pg1")
    view = pen.dcs.look([scope], timeout=SECONDS)["shop"]
    broken = view.member("pg1")
    assert isinstance(broken, BrokenRecord)
    assert "not JSON" in broken.reason
    assert view.member("pg0") == _member("pg0")
    assert view.member("pg2") is None


@pytest.mark.parametrize("switch", ["paused", "failsafe", "standby_cluster"])
def test_each_switch_of_the_configuration_is_its_own(
    pen: Pen, scope: ScopeRef, switch: str
) -> None:
    """Pause, failsafe mode and standby cluster are told apart, and can be taken back."""
    switches = ("paused", "failsafe", "standby_cluster")
    pen.configure(scope, **{switch: True})
    view = pen.dcs.look([scope], timeout=SECONDS)["shop"]
    assert {name: getattr(view, name) for name in switches} == {n: n == switch for n in switches}
    pen.configure(scope)
    view = pen.dcs.look([scope], timeout=SECONDS)["shop"]
    assert not any(getattr(view, name) for name in switches)


@pytest.mark.parametrize("identifier", ["7711177461143934353", ""])
def test_the_system_identifier_is_none_while_bootstrapping(
    pen: Pen, scope: ScopeRef, identifier: str
) -> None:
    """Patroni writes an empty value first, and the identifier once there is one."""
    pen.initialize(scope, identifier)
    view = pen.dcs.look([scope], timeout=SECONDS)["shop"]
    assert view.system_identifier == (identifier or None)


def test_a_leadership_that_was_asked_for_shows(pen: Pen, scope: ScopeRef) -> None:
    """The wish is pending until it is taken up; then it stands just above the new epoch."""
    assert pen.dcs.look([scope], timeout=SECONDS)["shop"].asked is None
    pen.ask_for_another(scope)
    asked = pen.dcs.look([scope], timeout=SECONDS)["shop"].asked
    assert asked is not None
    assert asked.pending
    pen.elect(scope, "pg1")
    pen.take_up(scope)
    view = pen.dcs.look([scope], timeout=SECONDS)["shop"]
    assert view.asked is not None
    assert view.leader is not None
    assert not view.asked.pending
    assert view.asked.revision == view.leader.epoch + 1


def test_clusters_are_told_apart_by_id(pen: Pen, namespace: str) -> None:
    """Many clusters in one call, more than one transaction holds, each with its own leader."""
    scopes = [ScopeRef(cluster=f"c{i}", namespace=namespace, scope=f"s{i}") for i in range(60)]
    for number in (0, 24, 25, 59):
        pen.elect(scopes[number], f"pg{number}")
    views = pen.dcs.look(scopes, timeout=SECONDS)
    assert set(views) == {s.cluster for s in scopes}
    assert all(views[s.cluster].cluster == s.cluster for s in scopes)
    led = {c: v.leader.member for c, v in views.items() if v.leader}
    assert led == {"c0": "pg0", "c24": "pg24", "c25": "pg25", "c59": "pg59"}


def test_a_scope_that_begins_like_another_is_another(pen: Pen, namespace: str) -> None:
    """`main` does not see the members of `main2`, nor a member called like a longer one."""
    one = ScopeRef(cluster="one", namespace=namespace, scope="main")
    two = ScopeRef(cluster="two", namespace=namespace, scope="main2")
    pen.record(two, _member("pg0"))
    pen.elect(two, "pg0")
    views = pen.dcs.look([one, two], timeout=SECONDS)
    assert views["one"].members == ()
    assert views["one"].leader is None
    assert views["two"].members == (_member("pg0"),)


@pytest.mark.parametrize("odd", ODD)
def test_names_with_odd_characters_survive(pen: Pen, namespace: str, odd: str) -> None:
    """Spaces, UTF-8, per cent signs, quotes and slashes in scope and member names."""
    scope = ScopeRef(cluster="shop", namespace=namespace, scope=odd)
    pen.record(scope, _member(odd))
    pen.elect(scope, odd)
    view = pen.dcs.look([scope], timeout=SECONDS)["shop"]
    assert view.leader is not None
    assert view.leader.member == odd
    assert view.member(odd) == _member(odd)


def test_a_glance_sees_leader_and_members_as_a_look_does(pen: Pen, namespace: str) -> None:
    """Of more clusters than one transaction holds, in one call; a broken record among the members."""
    scopes = [ScopeRef(cluster=f"c{i}", namespace=namespace, scope=f"s{i}") for i in range(130)]
    for number in (0, 127, 128, 129):
        pen.record(scopes[number], _member("pg0"))
        pen.spoil(scopes[number], "pg1")
        pen.configure(scopes[number], paused=True)
        pen.elect(scopes[number], "pg0")
    seen, whole = (ask(scopes, timeout=SECONDS) for ask in (pen.dcs.glance, pen.dcs.look))
    assert {c: v.leader for c, v in seen.items()} == {c: v.leader for c, v in whole.items()}
    assert {c: v.members for c, v in seen.items()} == {c: v.members for c, v in whole.items()}
    assert sum(view.leader is not None for view in seen.values()) == 4


@pytest.mark.parametrize("odd", ODD)
def test_a_glance_takes_odd_names_too(pen: Pen, namespace: str, odd: str) -> None:
    """What a look shows of such a scope, a glance does."""
    scope = ScopeRef(cluster="shop", namespace=namespace, scope=odd)
    pen.record(scope, _member(odd))
    pen.elect(scope, odd)
    seen, whole = (ask([scope], timeout=SECONDS)["shop"] for ask in (pen.dcs.glance, pen.dcs.look))
    assert seen.leader is not None
    assert (seen.leader, seen.members) == (whole.leader, whole.members)


def test_a_glance_passes_over_what_stands_beside(gateway: Gateway, scope: ScopeRef) -> None:
    """Keys that stand near those of the leader and the members are none of them."""
    pen = EtcdPen(gateway, lambda: gateway)
    for key in ("leaderless", "leader/pg9", "member", "members", "members0", "optime/leader"):
        pen.put(scope, key, b"pg9")
    view = pen.dcs.glance([scope], timeout=SECONDS)["shop"]
    assert (view.leader, view.members) == (None, ())


def test_revisions_grow(pen: Pen, scope: ScopeRef) -> None:
    """A later look is of a later revision, and never of one before its own leader's epoch."""
    pen.elect(scope, "pg0")
    first = pen.dcs.look([scope], timeout=SECONDS)["shop"]
    pen.elect(scope, "pg1")
    second = pen.dcs.look([scope], timeout=SECONDS)["shop"]
    assert first.leader is not None
    assert first.leader.epoch <= first.revision < second.revision


def test_what_cannot_be_asked_says_what_to_do(pen: Pen, scope: ScopeRef) -> None:
    """An outage is an error with a remedy, never an empty view."""
    pen.elect(scope, "pg0")
    pen.break_down()
    with pytest.raises(DcsUnavailable) as refused:
        pen.dcs.look([scope], timeout=1)
    with pytest.raises(DcsUnavailable):
        pen.dcs.glance([scope], timeout=1)
    assert refused.value.reason
    assert refused.value.remedy
    with pytest.raises(DcsUnavailable):
        pen.dcs.leader(scope, timeout=1)
