"""Who leads, according to etcd: without it, pgbaton would have rumours only."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from jobs.claims import ClusterView, LeaderKey
from jobs.ports import DcsUnavailable, ScopeRef
from workers.etcd import layout
from workers.etcd.gateway import Gateway
from workers.etcd.refusal import Denied
from workers.etcd.wire import Answer, key_range

Questions = Callable[[ScopeRef], list[dict[str, Any]]]
Parse = Callable[[ScopeRef, Answer], ClusterView]

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
        batches = in_batches(scopes, MOST_OPERATIONS // layout.QUESTIONS_PER_SCOPE)
        return self._views(batches, layout.questions, layout.view, timeout=timeout)

    def glance(self, scopes: Sequence[ScopeRef], *, timeout: float) -> Mapping[str, ClusterView]:
        batches = in_batches(scopes, MOST_OPERATIONS)
        return self._views(batches, layout.glance_question, layout.glanced, timeout=timeout)

    def _views(
        self,
        batches: Iterator[Sequence[ScopeRef]],
        questions: Questions,
        parse: Parse,
        *,
        timeout: float,
    ) -> Mapping[str, ClusterView]:
        deadline = self._clock() + timeout
        views: dict[str, ClusterView] = {}
        refusals: list[DcsUnavailable] = []
        for batch in batches:
            for scope, part in self._each(batch, questions, deadline):
                outcome = _parsed(parse, scope, part)
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
        """Every leader key with the revision it was read at, by cluster id."""
        deadline = self._clock() + timeout
        found: dict[str, tuple[int, LeaderKey | None]] = {}
        refusals: list[DcsUnavailable] = []
        for batch in in_batches(scopes, MOST_OPERATIONS):
            for scope, part in self._each(batch, _leader_question, deadline):
                if isinstance(part, Answer):
                    found[scope.cluster] = part.revision, layout.parse_leader(part.ranges[0])
                else:
                    refusals.append(part)
        if refusals and not found:
            raise refusals[0]
        return found

    def _each(
        self, batch: Sequence[ScopeRef], questions: Questions, deadline: float
    ) -> Iterator[tuple[ScopeRef, Answer | Denied]]:
        """One transaction for all; where a key is denied, one for each half, so that in the end only
        its own cluster goes without."""
        asked = [questions(scope) for scope in batch]
        try:
            answer = self._gateway.read([*chain(*asked)], timeout=deadline - self._clock())
        except Denied as denied:
            if len(batch) == 1:
                yield batch[0], denied
                return
            for half in in_batches(batch, (len(batch) + 1) // 2):
                yield from self._each(half, questions, deadline)
            return
        ranges = iter(answer.ranges)
        for scope, own in zip(batch, asked, strict=True):
            part = tuple(islice(ranges, len(own)))
            yield scope, Answer(revision=answer.revision, ranges=part)


def in_batches(scopes: Sequence[ScopeRef], size: int) -> Iterator[Sequence[ScopeRef]]:
    """Slices of at most `size`, in order."""
    return (scopes[i : i + size] for i in range(0, len(scopes), size))


def _leader_question(scope: ScopeRef) -> list[dict[str, Any]]:
    return [key_range(layout.leader_key(scope))]


def _parsed(parse: Parse, scope: ScopeRef, part: Answer | Denied) -> ClusterView | DcsUnavailable:
    try:
        return parse(scope, part) if isinstance(part, Answer) else part
    except layout.UnsupportedLayout as unsupported:
        return unsupported
