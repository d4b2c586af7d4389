"""Whatever happens in whatever order to incidents, processes, Redis and Slack: in the end each thread is right."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from jobs.audit import Draft, Kind
from jobs.ports import Barred, Later, LedgerUnavailable
from jobs.slack.limits import mistakes
from jobs.slack.tale import Hearing
from jobs.slack.thread import Thread, thread_of
from tests.fakes.hosts import WorkerDied
from tests.unit.workers.chronicle.crowd import Crowd
from workers.chronicle.poster import Poster

CLUSTERS = ("c1", "c2", "c3", "c4")
FENCE = {"system": "1", "pg_timeline": 2, "epoch": 9}
NOT_NOW = (
    Later(seconds=3, reason="slack.com answers 429"),
    Later(seconds=1, reason="slack.com gives no answer", doubtful=True),
    Barred(reason="not_in_channel", remedy="invite it"),
)


class AnyNight(RuleBasedStateMachine):
    """Four clusters, room for two threads, two processes of which one acts."""

    def __init__(self) -> None:
        super().__init__()
        self.crowd = Crowd(CLUSTERS)
        self.posters = [self._fresh("one"), self._fresh("two")]
        self.count = dict.fromkeys(CLUSTERS, 0)
        self.open: set[str] = set()
        self.number = 0

    def _fresh(self, holder: str) -> Poster:
        poster = self.crowd.fresh()
        poster.books.holder, poster.most = holder, 2
        return poster

    def _tell(
        self, cluster: str, kind: Kind, seconds: float | None = None, **evidence: Any
    ) -> None:
        self.number += 1
        incident = f"{cluster}-{self.count[cluster]}"
        self._well()
        draft = Draft(
            id=f"d{self.number}", kind=kind, incident=incident, seconds=seconds, evidence=evidence
        )
        self.crowd.ledger.append(cluster, [draft])

    def _well(self) -> None:
        """Redis strikes nobody but chronicles."""
        self.crowd.ledger.fail(10**9, "before", WorkerDied())

    @rule(cluster=st.sampled_from(CLUSTERS))
    def goes_on(self, cluster: str) -> None:
        """An incident opens, or the open one's leader is proven and it ends."""
        if cluster not in self.open:
            self.open.add(cluster)
            self.count[cluster] += 1
            self._tell(cluster, Kind.OPENED, before="pg1", why="nobody holds the leader key")
            self._tell(cluster, Kind.VERDICT, verdict="not-yet", reason="nobody leads")
            return
        self._tell(
            cluster, Kind.VERDICT, verdict="confirmed", reason="leads", member="pg2", fence=FENCE
        )
        self._tell(cluster, Kind.CONCLUDED, seconds=30, reason="all follow")
        self.open.remove(cluster)

    @rule(cluster=st.sampled_from(CLUSTERS), sort=st.sampled_from(["alarm", "ack"]))
    def is_said(self, cluster: str, sort: str) -> None:
        """Something loud, or a person's note; of an incident that is over, too."""
        if not self.count[cluster]:
            return
        if sort == "ack":
            self._tell(cluster, Kind.ACKNOWLEDGED, by="dba", note=f"note {self.number}")
        elif cluster in self.open:
            self._tell(cluster, Kind.ALARM, what="two-primaries", reason=f"two {self.number}")

    @rule(which=st.integers(0, 1), looks=st.integers(1, 12))
    def looks(self, which: int, looks: int) -> None:
        """One of the processes looks, or dies in the middle and begins anew."""
        for _ in range(looks):
            self._look(which)

    @rule(looks=st.integers(1, 12))
    def look_by_turns(self, looks: int) -> None:
        """Both look, a little apart."""
        for n in range(looks):
            self._look(n % 2)

    def _look(self, which: int) -> None:
        try:
            self.posters[which].tick()
        except WorkerDied:
            self.crowd.slack.live()
            self.posters[which] = self._fresh(("one", "two")[which])
        self.crowd.clock.pass_by(0.5)

    @rule(which=st.integers(0, 1))
    def is_restarted(self, which: int) -> None:
        """In order: the other one may act at once."""
        self._well()
        self.posters[which].leave()
        self.posters[which] = self._fresh(("one", "two")[which])

    @rule(effects=st.integers(1, 3))
    def dies_after_a_message(self, effects: int) -> None:
        """Whoever posts next."""
        self.crowd.slack.die_after(effects)

    @rule(step=st.integers(1, 8), when=st.sampled_from(["before", "after"]))
    def dies_around_a_step(self, step: int, when: Any) -> None:
        """Whoever remembers next."""
        self.crowd.ledger.fail(step, when, WorkerDied())

    @rule(step=st.integers(1, 8), when=st.sampled_from(["before", "after"]))
    def redis_does_not_answer(self, step: int, when: Any) -> None:
        """Once; what was asked of it may have been done."""
        self.crowd.ledger.fail(step, when, LedgerUnavailable("no answer"))

    @rule(answers=st.lists(st.sampled_from(NOT_NOW), max_size=4))
    def slack_will_not(self, answers: list[Any]) -> None:
        """Whatever it is asked."""
        self.crowd.slack.upcoming += answers

    @rule(count=st.integers(1, 3))
    def slack_loses_answers(self, count: int) -> None:
        """To messages that it kept."""
        self.crowd.slack.lose_answers(count)

    @rule(seconds=st.sampled_from([1.0, 6.0, 31.0, 130.0]))
    def time_passes(self, seconds: float) -> None:
        """Nobody looks."""
        self.crowd.clock.pass_by(seconds)

    def teardown(self) -> None:
        """All is well again for long enough."""
        self.crowd.slack.recover()
        self.crowd.slack.live()
        self._well()
        for _ in range(600):
            self._look(0)
            self._look(1)
        keys = [one.key for one in self.crowd.slack.said]
        assert len(keys) == len(set(keys)), keys
        for one in self.crowd.slack.said:
            assert not [m for said in one.contents for m in mistakes(said, key=one.key)]
        for cluster, count in self.count.items():
            for number in range(1, count + 1):
                self._told(self._thread(cluster, f"{cluster}-{number}"))

    def _thread(self, cluster: str, incident: str) -> Thread:
        hearing = Hearing.of(incident, after=0)
        for entry in self.crowd.ledger.entries(cluster):
            hearing.take(entry)
        tale = hearing.told()
        assert tale is not None
        return thread_of(tale, self.posters[0].books.site, now=self.crowd.clock.now())

    def _told(self, thread: Thread) -> None:
        """By one thread that says how it ended, each reply once and in order; or by a digest."""
        slack = self.crowd.slack
        roots = [r for r in slack.roots if r.key.startswith(f"{thread.incident}@")]
        if not roots:
            digests = [r for r in slack.roots if r.key.startswith("digest-")]
            assert any(thread.incident in str(c) for r in digests for c in r.contents), thread
            return
        [root] = roots
        assert root.message == thread.root
        said = [r.key.partition("/")[2] for r in slack.thread(root.ts)[1:]]
        assert said == [r.key for r in thread.replies]


TestAnyNight = AnyNight.TestCase
TestAnyNight.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
