"""Who leads, according to etcd: without it, pgbaton would have rumours only."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from jobs.claims import ClusterView, LeaderKey
from jobs.ports import DcsUnavailable, ScopeRef
from workers.etcd import layout
from workers.etcd.gateway import Gateway
from workers.etcd.refusal import Denied
from workers.etcd.wire import Answer, key_range

MOST_OPERATIONS = 128  # etcd's own default for --max-txn-ops


class EtcdDcs:
    """`jobs.ports.Dcs` over one etcd cluster.

    A cluster that alone cannot be read (its keys are denied to us, or are Citus groups) is left
    out of a batch's answer; asked for by itself, it raises and says why.
    """

    def __init__(self, gateway: Gateway, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._gateway = gateway
        self._clock = clock

    def look(self, scopes: Sequence[ScopeRef], *, timeout: float) -> Mapping[str, ClusterView]:
        deadline = self._clock() + timeout
        views: dict[str, ClusterView] = {}
        refusals: list[DcsUnavailable] = []
        for batch in in_batches(scopes, MOST_OPERATIONS // layout.QUESTIONS_PER_SCOPE):
            for outcome in self._batch(batch, deadline):
                if isinstance(outcome, ClusterView):
                    views[outcome.cluster] = outcome
                else:
                    refusals.append(outcome)
        if refusals and not views:
            raise refusals[0]
        return views

    def leader(self, scope: ScopeRef, *, timeout: float) -> LeaderKey | None:
        answer = self._gateway.range(key_range(layout.leader_key(scope)), timeout=timeout)
        return layout.parse_leader(answer.ranges[0])

    def leaders(
        self, scopes: Sequence[ScopeRef], *, timeout: float
    ) -> Mapping[str, tuple[int, LeaderKey | None]]:
        """Every leader key with the revision it was read at, by cluster id; all or an error."""
        deadline = self._clock() + timeout
        found: dict[str, tuple[int, LeaderKey | None]] = {}
        for batch in in_batches(scopes, MOST_OPERATIONS):
            asked = [key_range(layout.leader_key(s)) for s in batch]
            answer = self._gateway.read(asked, timeout=deadline - self._clock())
            for scope, keys in zip(batch, answer.ranges, strict=True):
                found[scope.cluster] = answer.revision, layout.parse_leader(keys)
        return found

    def _batch(
        self, batch: Sequence[ScopeRef], deadline: float
    ) -> Iterator[ClusterView | DcsUnavailable]:
        try:
            answer = self._ask(batch, deadline)
        except Denied as denied:
            if len(batch) == 1:
                yield denied
                return
            for scope in batch:
                yield from self._batch([scope], deadline)
            return
        for scope, part in zip(batch, _parts(answer), strict=True):
            yield _parse(scope, part)

    def _ask(self, batch: Sequence[ScopeRef], deadline: float) -> Answer:
        asked = [question for scope in batch for question in layout.questions(scope)]
        return self._gateway.read(asked, timeout=deadline - self._clock())


def in_batches(scopes: Sequence[ScopeRef], size: int) -> Iterator[Sequence[ScopeRef]]:
    """Slices of at most `size`, in order."""
    return (scopes[i : i + size] for i in range(0, len(scopes), size))


def _parts(answer: Answer) -> Iterator[Answer]:
    """The transaction's ranges, one cluster's at a time."""
    for at in range(0, len(answer.ranges), layout.QUESTIONS_PER_SCOPE):
        ranges = answer.ranges[at : at + layout.QUESTIONS_PER_SCOPE]
        yield Answer(revision=answer.revision, ranges=ranges)


def _parse(scope: ScopeRef, answer: Answer) -> ClusterView | DcsUnavailable:
    try:
        return layout.view(scope, answer)
    except layout.UnsupportedLayout as unsupported:
        return unsupported
