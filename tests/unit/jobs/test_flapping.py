"""The laws of holding back a return, over any going to and fro of three members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import count, pairwise

from hypothesis import given
from hypothesis import strategies as st

from jobs.assign import Ground
from jobs.claims import ClusterView, LeaderKey
from jobs.decide import Step, decide
from jobs.due import Due, Pace, due
from jobs.fence import Fence
from jobs.flapping import Flapping, Nerve, at_rest, held_by, to_ask
from jobs.state import ClusterState, HostRecord, Settled, dump, load
from jobs.turns import KEPT, Turn, leader_at, lost_at, turned
from jobs.verdict import Confirmed, Leadership
from tests.world import MEMBERS, member

POLICY = Flapping(changes=3, within=600, calm=60)
TARGETS = ("web1", "web2", "dns:db", "nodebalancer:front", "web3@front")
RECORDS = {name: member(name, address) for name, address in MEMBERS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gust:
    """One look: so many seconds later this member leads, under a new epoch or not; these are replicas that
    answer; those targets that are on their way arrive."""

    after: float
    leader: str
    anew: bool
    replicas: frozenset[str]
    arrive: frozenset[str]


gusts = st.builds(
    Gust,
    after=st.sampled_from([0.5, 2.0, 20.0, 61.0, 400.0]),
    leader=st.sampled_from(sorted(MEMBERS)),
    anew=st.booleans(),
    replicas=st.frozensets(st.sampled_from(sorted(MEMBERS))),
    arrive=st.frozensets(st.sampled_from(TARGETS)),
)


def proven(name: str, epoch: int) -> Confirmed:
    others = tuple(record for other, record in RECORDS.items() if other != name)
    fence = Fence(system="7", pg_timeline=epoch, epoch=epoch)
    leadership = Leadership(member=name, fence=fence, record=RECORDS[name], others=others)
    return Confirmed(leadership=leadership, reason=f"{name} leads")


@dataclass(slots=True)
class Weather:
    """One cluster's memory, moved on by steps as the ledger would; every look goes through `decide`."""

    policy: Flapping | None
    state: ClusterState = field(default_factory=lambda: ClusterState(cluster="shop", now=1000.0))
    verdict: Confirmed = field(default_factory=lambda: proven("pg1", 1))
    _jobs: count[int] = field(default_factory=count)

    def look(self, gust: Gust) -> tuple[ClusterState, Nerve, Step]:
        """The memory before the look, what was known, and what it came to."""
        led = self.verdict.leadership
        if gust.leader != led.member or gust.anew:
            self.verdict = proven(gust.leader, led.fence.epoch + 1)
        self.state = replace(self.state, now=self.state.now + gust.after)
        before = self.state
        nerve = Nerve(policy=self.policy, replicas=gust.replicas - {gust.leader})
        step = decide(before, self.verdict, self._ground(), nerve)
        self._keep(step)
        self._arrive(gust.arrive)
        return before, nerve, step

    def _ground(self) -> Ground:
        return Ground(
            targets=TARGETS,
            chunk=25,
            take_over=5.0,
            waiting=frozenset(),
            fresh_job=lambda kind: f"{kind}-{next(self._jobs)}",
            round_id=f"round-{next(self._jobs)}",
        )

    def _keep(self, step: Step) -> None:
        """As Redis keeps it: what does not survive its JSON is not remembered."""
        state = self.state
        if step.incident is not None:
            state = replace(state, incident=load(type(step.incident), dump(step.incident)))
        given_ = {**state.assignments, **step.assign}
        state = replace(state, assignments=given_)
        if step.conclude and state.incident is not None:
            ended = Settled(
                leadership=self.verdict.leadership,
                number=state.settled.number + 1,
                turns=state.incident.turns,
            )
            state = replace(state, incident=None, settled=load(Settled, dump(ended)))
        self.state = state

    def _arrive(self, targets: frozenset[str]) -> None:
        """Those of the targets that a job has; a job that was made for an older epoch gives way."""
        for target in targets & self.state.assignments.keys():
            given_ = self.state.assignments[target]
            known, fence = self.state.hosts.get(target), self.verdict.leadership.fence
            right = given_.epoch == fence.epoch
            record = HostRecord(
                epoch=given_.epoch,
                attempt=given_.attempt,
                outcome="follows" if "nodebalancer" in target else "changed",
                fence=fence,
            )
            if not right:
                kept = known.fence if known is not None else None
                record = replace(record, outcome="superseded", fence=kept)
            left = {t: a for t, a in self.state.assignments.items() if t != target}
            hosts = {**self.state.hosts, target: record}
            self.state = replace(self.state, assignments=left, hosts=hosts)


def calm_down(weather: Weather, *, seconds: float) -> None:
    """The same leader in one epoch, everybody arrives, and no replica answers worse than before."""
    led = weather.verdict.leadership.member
    everybody = frozenset(MEMBERS)
    for after in (seconds, 1.0, 1.0, 1.0):
        weather.look(
            Gust(after=after, leader=led, anew=False, replicas=everybody, arrive=frozenset(TARGETS))
        )


@given(st.lists(gusts, max_size=14))
def test_without_a_policy_what_was_remembered_of_turns_decides_nothing(story: list[Gust]) -> None:
    """Off is today: with and without a memory of turns, the same targets are given out, the same is said."""
    weather, forgetful = Weather(policy=None), Weather(policy=None)
    for gust in story:
        _, _, step = weather.look(gust)
        if forgetful.state.incident is not None:
            bare = replace(forgetful.state.incident, turns=())
            forgetful.state = replace(forgetful.state, incident=bare)
        bare_end = replace(forgetful.state.settled, turns=())
        forgetful.state = replace(forgetful.state, settled=bare_end)
        _, _, other = forgetful.look(gust)
        assert step.assign == other.assign
        assert step.drafts == other.drafts
        assert step.conclude == other.conclude
        assert step.incident is None or step.incident.hold is None


@given(st.lists(gusts, max_size=14))
def test_only_what_rests_at_a_replica_that_answers_is_ever_held(story: list[Gust]) -> None:
    """Whatever else is due is given out in the same step as without the policy; a dead member, and a stale
    one, are left at once."""
    weather = Weather(policy=POLICY)
    for gust in story:
        before, nerve, step = weather.look(gust)
        leadership = weather.verdict.leadership
        free = decide(before, weather.verdict, weather._ground(), Nerve())
        stay = free.assign.keys() - step.assign.keys()
        resting = at_rest(before, leadership, TARGETS)
        assert all(resting[target] in nerve.replicas for target in stay)
        assert stay <= {"web1", "web2", "dns:db"}
        assert not stay or gust.leader not in {resting[target] for target in stay}
        assert stay == frozenset() or set(resting.values()) <= set(
            to_ask(before, leadership, TARGETS, POLICY)
        )


def test_who_rests_at_a_dead_member_is_not_held_for_another_s_sake() -> None:
    """One host rests at a replica that answers and is held; the other's member is silent, and it is moved
    in the same step."""
    weather, everybody = Weather(policy=POLICY), frozenset(TARGETS)
    for leader in ("pg1", "pg2", "pg3"):
        arrive = everybody if leader != "pg3" else frozenset({"web2"})
        weather.look(
            Gust(after=5.0, leader=leader, anew=True, replicas=frozenset(MEMBERS), arrive=arrive)
        )
    gave_way = {target: a for target, a in weather.state.assignments.items() if target != "web1"}
    weather.state = replace(weather.state, assignments=gave_way)
    at = at_rest(weather.state, proven("pg1", 9).leadership, TARGETS)
    assert (at["web1"], at["web2"]) == ("pg2", "pg3")
    last = Gust(after=5.0, leader="pg1", anew=True, replicas=frozenset({"pg2"}), arrive=frozenset())
    _, _, step = weather.look(last)
    assert "web2" in step.assign
    assert "web1" not in step.assign
    hold = held_by(weather.state)
    assert hold is not None
    assert hold.stays == ("pg2",)


@given(st.lists(gusts, max_size=14))
def test_calm_lifts_every_hold(story: list[Gust]) -> None:
    """After the policy's time in one epoch nothing is held, and everything holds its fence."""
    weather = Weather(policy=POLICY)
    for gust in story:
        weather.look(gust)
    calm_down(weather, seconds=POLICY.calm)
    assert held_by(weather.state) is None
    assert weather.state.settled.fence == weather.verdict.leadership.fence
    assert weather.state.incident is None


@given(st.lists(gusts, max_size=14))
def test_a_hold_concludes_nothing_and_the_clock_looks_again(story: list[Gust]) -> None:
    """While something is held the incident stays open, and every tick finds a reason to look."""
    weather = Weather(policy=POLICY)
    for gust in story:
        _, _, step = weather.look(gust)
        if held_by(weather.state) is None:
            continue
        assert not step.conclude
        led = weather.verdict.leadership
        key = LeaderKey(member=led.member, epoch=led.fence.epoch, lease=1)
        view = ClusterView(cluster="shop", revision=1, leader=key, members=tuple(RECORDS.values()))
        found = due(view, weather.state, TARGETS, Pace(take_over=1e9))
        assert found in {Due.TARGETS, Due.LEFT}, "asked for at every tick, unlike others"


@given(st.lists(gusts, max_size=14))
def test_no_hold_begins_before_the_policys_number_of_changes(story: list[Gust]) -> None:
    """The first changes are followed at once, whatever answers."""
    weather = Weather(policy=POLICY)
    moments: list[float] = []
    led: str | None = None
    for gust in story:
        weather.look(gust)
        if led not in {None, gust.leader}:
            moments.append(weather.state.now)
        led = gust.leader
        lately = [at for at in moments if weather.state.now - at <= POLICY.within]
        held = held_by(weather.state)
        if held is not None and held.at == weather.state.now:
            assert len(lately) >= POLICY.changes


MORE = st.lists(st.tuples(st.sampled_from(sorted(MEMBERS)), st.integers(1, 9)), max_size=80)


@given(MORE)
def test_turns_are_bounded_and_name_who_led_in_an_epoch(story: Sequence[tuple[str, int]]) -> None:
    """Whoever leads again begins no new turn; an epoch that is still known names its leader."""
    turns: tuple[Turn, ...] = ()
    epoch, led = 0, dict[int, str]()
    for name, more in story:
        epoch += more
        led[epoch] = name
        turns = turned(turns, proven(name, epoch).leadership, now=float(epoch))
    assert len(turns) <= KEPT
    assert all(one.member != two.member for one, two in pairwise(turns))
    for number, name in led.items():
        assert leader_at(turns, number) in {name, None}


def test_epochs_that_went_back_begin_a_new_count() -> None:
    """After an etcd restore the old numbers say nothing: nothing is taken for a return."""
    turns = turned((), proven("pg1", 7).leadership, now=1.0)
    turns = turned(turns, proven("pg2", 9).leadership, now=2.0)
    turns = turned(turns, proven("pg1", 3).leadership, now=3.0)
    assert [turn.member for turn in turns] == ["pg1"]
    assert lost_at(turns) is None


def test_nobody_is_asked_where_nothing_is_in_question() -> None:
    """Without a policy no member is asked anything more than before."""
    state = ClusterState(cluster="shop", now=1.0)
    assert to_ask(state, proven("pg1", 1).leadership, TARGETS, None) == ()
