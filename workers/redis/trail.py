"""The trail as Redis keeps it, read from either end: without it, one incident would cost a whole trail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from redis import Redis

from jobs.audit import Entry, Head, Span
from workers.redis.exchange import Exchange, Keep
from workers.redis.reading import entry_from

PAGE = 500
"""Entries read at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailReader:
    """A jobs.ports.ReadTrail. Lost replies are asked for again; LedgerUnavailable."""

    redis: Redis
    exchange: Exchange
    prefix: str

    def entries(self, cluster: str, *, after: int, upto: int | None) -> Iterator[Entry]:
        """Read in pages, so that a long trail never stands in memory as a whole. Redis' own ids lead
        from page to page: the numbers in the entries are what somebody may have changed."""
        place = f"{after}-0"
        while True:
            page = self._page(cluster, place, upto)
            yield from (entry for _, entry in page)
            if len(page) < PAGE:
                return
            place = page[-1][0]

    def head(self, cluster: str) -> Head:
        return self.heads([cluster])[cluster]

    def heads(self, clusters: Sequence[str]) -> dict[str, Head]:
        """One round trip, however many clusters there are."""

        def read(_: int) -> Any:
            pipe = self.redis.pipeline(transaction=False)
            for cluster in clusters:
                pipe.hmget(self._key("head", cluster), ["seq", "hash", "at"])
            return pipe.execute()

        kept = self.exchange.repeating(read) if clusters else []
        return {name: _head(fields) for name, fields in zip(clusters, kept, strict=True)}

    def spans(self, cluster: str, *, count: int, before: int | None) -> Sequence[Span]:
        top = "+inf" if before is None else f"({before}"

        def read(_: int) -> Any:
            return self.redis.zrevrangebyscore(
                self._key("incidents", cluster), top, "-inf", start=0, num=count, withscores=True
            )

        pairs = [(name.decode(), int(first)) for name, first in self.exchange.repeating(read)]
        reaches = self._reaches(cluster, [name for name, _ in pairs])
        return [
            _span(name, first, last) for (name, first), last in zip(pairs, reaches, strict=True)
        ]

    def span(self, cluster: str, incident: str) -> Span | None:
        first = self.ask("ZSCORE", self._key("incidents", cluster), incident)
        if first is None:
            return None
        [last] = self._reaches(cluster, [incident])
        return _span(incident, int(first), last)

    def _reaches(self, cluster: str, incidents: Sequence[str]) -> Sequence[bytes | None]:
        if not incidents:
            return []
        found: list[bytes | None] = self.ask("HMGET", self._key("reaches", cluster), *incidents)
        return found

    def _page(self, cluster: str, after: str, upto: int | None) -> list[tuple[str, Entry]]:
        asked = {"prefix": self.prefix, "cluster": cluster, "after": after, "count": PAGE}
        end = {} if upto is None else {"upto": upto}
        return [entry_from(text) for text in self.exchange.step("page", asked | end, keep=Keep.NO)]

    def ask(self, *command: object) -> Any:
        """One command that only reads."""
        return self.exchange.repeating(lambda _: self.redis.execute_command(*command))  # type: ignore[no-untyped-call]

    def _key(self, kind: str, cluster: str) -> str:
        return f"{self.prefix}:{kind}:{cluster}"


def _span(incident: str, first: int, last: bytes | None) -> Span:
    """Where somebody deleted one half of the index, the other still leads to the incident."""
    return Span(incident=incident, first=first, last=first if last is None else int(last))


def _head(kept: Sequence[bytes | None]) -> Head:
    seq, hash_, at = kept
    if seq is None or hash_ is None or at is None:
        return Head()
    return Head(seq=int(seq), hash=hash_.decode(), at=int(at))
