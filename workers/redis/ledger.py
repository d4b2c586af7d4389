"""All state in Redis: without it, two workers would not know of each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from redis import Redis

from jobs.audit import Draft, Entry, Head, Span
from jobs.event import Event
from jobs.inventory import SCHEMA
from jobs.ports import Clock, Stand
from jobs.state import Assignment, ClusterState, HostRecord, Incident, Pause, Settled, dump
from workers.redis.connect import led_by_sentinel
from workers.redis.enqueue import Offer, enqueueing, job_key_prefix, queue_on
from workers.redis.exchange import Exchange, Keep
from workers.redis.heads import Heads
from workers.redis.offers import Offered, conclusion, handed_out, pushed_back, response
from workers.redis.plain import plain_drafts, plain_records
from workers.redis.reading import States, stand_from
from workers.redis.trail import TrailReader
from workers.redis.wire import Command, Wire
from workers.timepiece import SystemClock

REMEMBER = 8 * 86_400
"""Seconds an entry's id is remembered: a hook may spool for 7 days."""

LATELY = 5.0
"""Seconds after an event in which the next one of its cluster probably finds a respond on its way."""

AT_ONCE = 100
"""Clusters whose state one step reads: some milliseconds, for which all others wait."""

Ask = Callable[[int], Offered]
"""What an attempt, numbered from 0, offers to RQ."""


class RedisLedger:
    """jobs.ports.Ledger over one Redis. `inventory` is the digest that enqueued jobs carry.

    `replicas`: how many must acknowledge an event within `grace` seconds; None asks for one where
    Sentinel names the primary, else for none. Of other steps they are told, and not waited for long. `prefix` stands before every key of ours; RQ's own
    begin with `rq:`.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        inventory: str,
        prefix: str = "pgbaton",
        clock: Clock | None = None,
        replicas: int | None = None,
        grace: float = 1.0,
    ) -> None:
        self._redis, self._prefix = redis, prefix
        self._own = {"inventory": inventory, "schema": SCHEMA}
        needed = int(led_by_sentinel(redis)) if replicas is None else replicas
        self._clock = clock or SystemClock()
        wire = Wire(redis.connection_pool, self._clock.monotonic)
        self._exchange = Exchange(
            redis=redis, wire=wire, clock=self._clock, replicas=needed, grace=grace
        )
        self._heard: dict[str, float] = {}
        self._queue = queue_on(redis)
        self._reader = TrailReader(redis=redis, exchange=self._exchange, prefix=prefix)
        self._states = States()
        self._heads = Heads(self._reader, clock=self._clock)

    def append(self, cluster: str, drafts: Sequence[Draft]) -> None:
        self._step("append", cluster, drafts=plain_drafts(drafts), offers=[])

    def entries(self, cluster: str, *, after: int = 0, upto: int | None = None) -> Iterator[Entry]:
        return self._reader.entries(cluster, after=after, upto=upto)

    def head(self, cluster: str) -> Head:
        return self._reader.head(cluster)

    def heads(self, clusters: Sequence[str]) -> Mapping[str, Head]:
        return self._heads.of(clusters)

    def spans(self, cluster: str, *, count: int, before: int | None = None) -> Sequence[Span]:
        return self._reader.spans(cluster, count=count, before=before)

    def span(self, cluster: str, incident: str) -> Span | None:
        return self._reader.span(cluster, incident)

    def stand(self, cluster: str) -> Stand:
        return stand_from(self._step("stand", cluster, keep=Keep.NO))

    def trim(self, cluster: str, *, through: int, head: str, draft: Draft) -> bool:
        drafts = plain_drafts([draft])
        step = self._step("trim", cluster, through=through, head=head, drafts=drafts, offers=[])
        return _yes(step)

    def hear(self, event: Event, draft: Draft) -> bool:
        """The draft's id is the event's identity: it decides what was heard before. An event that
        follows upon another is heard without an offer first: most find a respond that waits or runs."""
        cluster, plain, heard = event.cluster, {"drafts": plain_drafts([draft])}, None

        def ask(_: int) -> Offered:
            return response(cluster, self._own)

        if self._lately(cluster):
            heard = self._step("hear", cluster, offers=[], keep=Keep.DEMANDED, **plain)
        if heard is None:
            heard = self._offering("hear", cluster, ask, plain, keep=Keep.DEMANDED)
        self._heard[cluster] = self._clock.monotonic()
        return _yes(heard)

    def _lately(self, cluster: str) -> bool:
        return self._clock.monotonic() - self._heard.get(cluster, -LATELY) < LATELY

    def call(self, cluster: str, drafts: Sequence[Draft] = ()) -> bool:
        plain = {"drafts": plain_drafts(drafts)}
        return _yes(self._offering("call", cluster, lambda _: response(cluster, self._own), plain))

    def begin(self, cluster: str, flight: str, *, lease: float) -> bool:
        micros = round(lease * 1_000_000)
        return _yes(self._step("begin", cluster, flight=flight, lease=micros, offers=[]))

    def again(self, cluster: str, flight: str, *, lease: float) -> bool:
        micros = round(lease * 1_000_000)
        return _yes(self._step("again", cluster, flight=flight, lease=micros, offers=[]))

    def state(self, cluster: str) -> ClusterState:
        return self.states([cluster])[cluster]

    def states(self, clusters: Sequence[str]) -> Mapping[str, ClusterState]:
        found: dict[str, ClusterState] = {}
        for some in (clusters[i : i + AT_ONCE] for i in range(0, len(clusters), AT_ONCE)):
            answers = self._step("state", "", clusters=list(some), keep=Keep.NO)
            pairs = zip(some, answers, strict=True)
            found |= {cluster: self._states.read(cluster, answer) for cluster, answer in pairs}
        return found

    def save(
        self,
        cluster: str,
        flight: str,
        *,
        drafts: Sequence[Draft] = (),
        incident: Incident | None = None,
        settled: Settled | None = None,
        assign: Mapping[str, Assignment] | None = None,
        conclude: bool = False,
    ) -> bool:
        plain = {
            "flight": flight,
            "drafts": plain_drafts(drafts),
            "incident": dump(incident) if incident else None,
            "settled": dump(settled) if settled else None,
        }

        def ask(attempt: int) -> Offered:
            return handed_out(cluster, self._own, assign or {}, conclude=conclude, attempt=attempt)

        return _yes(self._offering("save", cluster, ask, plain))

    def report(
        self, cluster: str, job: str, records: Mapping[str, HostRecord], drafts: Sequence[Draft]
    ) -> None:
        plain = {"job": job, "drafts": plain_drafts(drafts), "records": plain_records(records)}
        self._offering("report", cluster, lambda _: conclusion(cluster, self._own), plain)

    def beat(self, cluster: str, job: str, hosts: Sequence[str]) -> None:
        self._step("beat", cluster, job=job, hosts=list(hosts), keep=Keep.NO)

    def forget(self, cluster: str, hosts: Sequence[str], drafts: Sequence[Draft]) -> None:
        self._step("forget", cluster, hosts=list(hosts), drafts=plain_drafts(drafts), offers=[])

    def pause(self, cluster: str, pause: Pause | None, drafts: Sequence[Draft]) -> None:
        held = dump(pause) if pause else None
        self._step("pause", cluster, pause=held, drafts=plain_drafts(drafts), offers=[])

    def waiting(self, jobs: Sequence[str]) -> frozenset[str]:
        found = self._step("waiting", "", asked=list(jobs), keep=Keep.NO)
        return frozenset(job.decode() for job in found)

    def crowded(self) -> bool:
        return bool(self._exchange.repeating(lambda _: self._redis.llen(self._queue.key)))

    def lease(self, name: str, holder: str, *, seconds: float) -> bool:
        plain = {"name": name, "holder": holder, "milliseconds": round(seconds * 1000)}
        return _yes(self._step("lease", "", **plain, keep=Keep.NO))

    def recall(self, name: str) -> str | None:
        found = self._step("recall", "", name=name, keep=Keep.NO)
        return None if found is None else found.decode()

    def recalls(self, names: Sequence[str]) -> Mapping[str, str]:
        keys = [f"{self._prefix}:memory:{name}" for name in names]
        found = self._reader.ask("MGET", *keys) if keys else []
        pairs = zip(names, found, strict=True)
        return {name: text.decode() for name, text in pairs if text is not None}

    def remember(self, name: str, text: str) -> None:
        self._step("remember", "", name=name, text=text)

    def requeue(self, function: str, arguments: Mapping[str, object]) -> None:
        """The job keeps its arguments; a flight's id, which is its job's own, is a new one."""
        cluster, plain = str(arguments.get("cluster", "")), {"flight": arguments.get("flight")}

        def ask(attempt: int) -> Offered:
            return pushed_back(function, arguments, attempt=attempt)

        self._offering("requeue", cluster, ask, plain)

    def _step(
        self, step: str, cluster: str, /, *, keep: Keep = Keep.WISHED, **plain: object
    ) -> Any:
        return self._exchange.step(step, self._arguments(cluster, plain), keep=keep)

    def _offering(
        self,
        name: str,
        cluster: str,
        ask: Ask,
        plain: Mapping[str, object],
        *,
        keep: Keep = Keep.WISHED,
    ) -> Any:
        """A step whose jobs RQ enqueues in the same MULTI; each attempt offers fresh ids."""

        def build(attempt: int) -> tuple[list[Command], dict[str, object]]:
            offers, more = ask(attempt)
            ids = [offer.id for offer in offers]
            arguments = self._arguments(cluster, {**plain, **more, "offers": ids})
            return self._enqueueing(offers), arguments

        return self._exchange.transaction(name, build, keep=keep)

    def _enqueueing(self, offers: list[Offer]) -> list[Command]:
        return enqueueing(self._queue, offers) if offers else []

    def _arguments(self, cluster: str, plain: Mapping[str, object]) -> dict[str, object]:
        place: dict[str, object] = {
            "prefix": self._prefix,
            "cluster": cluster,
            "queue": self._queue.key,
            "jobs": job_key_prefix(),
            "remember": REMEMBER,
        }
        return place | {name: value for name, value in plain.items() if value is not None}


def _yes(answer: object) -> bool:
    return answer == b"1"
