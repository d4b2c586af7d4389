"""What the entries of one incident hold of it, ready to be asked: who led, who was listed, who answered."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from jobs.audit import Kind
from jobs.event import CALLBACK, LEADER_KEY
from jobs.story.cause import Proof
from jobs.story.fact import Fact
from jobs.story.story import Story

Bearing = Literal["writable", "read-only", "refuses", "starting", "silent", "closed", "unasked"]
"""How a member answered SQL: it takes writes; it does not; it let nobody in; it is starting or
stopping; no answer came at all; its machine answered that nobody listens; nobody asked, or nobody
can tell."""

LISTED_ON = 15.0
"""Seconds after the leader's key was lost within which a record that is missing went with it. A
member that stopped in order stays listed until its lease ends, which Patroni makes 20 s or more."""

LOOKS = frozenset({Kind.VERDICT, Kind.ALARM, Kind.CONCLUDED})

SILENCE = ("no answer in time", "No route to host", "timed out")
CLOSED = "Connection refused"

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One look: the entry that kept it, and what each witness said. `etcd` is empty where etcd could
    not be asked, which `blind` then says."""

    fact: Fact
    verdict: str
    etcd: Facts
    blind: str
    rest: Facts
    sql: Facts
    others: Facts

    @property
    def leader(self) -> str | None:
        """Who held the key."""
        return _text(_map(self.etcd.get("leader")).get("member"))

    @property
    def epoch(self) -> int:
        """Under which epoch; 0 where nobody held it."""
        return _number(_map(self.etcd.get("leader")).get("epoch"))

    @property
    def asked_at(self) -> int | None:
        """The revision at which the last wish for another leader was taken up; None where none was."""
        asked = _map(self.etcd.get("asked"))
        return None if not asked or asked.get("pending") else _number(asked.get("revision"))

    def lists(self, member: str) -> bool:
        """Whether etcd held the member's record."""
        members = self.etcd.get("members")
        return isinstance(members, list) and member in members

    def state_of(self, member: str) -> str | None:
        """What the member's record said of its PostgreSQL."""
        return _text(_map(self.etcd.get("states")).get(member))

    def bearing(self, member: str) -> Bearing:
        """How the member answered SQL in this look."""
        if member == self.leader:
            return bearing(self.sql)
        return bearing(_map(self.others.get(member)))


@dataclass(frozen=True)
class Scene:
    """One incident's facts, in their order. `old` led before; `new` is the first proven successor."""

    story: Story
    facts: Sequence[Fact]

    @classmethod
    def of(cls, story: Story, heard: Sequence[Fact]) -> Scene:
        """Facts in any order."""
        return cls(story, sorted(heard, key=lambda fact: fact.seq))

    @property
    def old(self) -> str | None:
        return self.story.before

    @cached_property
    def chosen(self) -> View | None:
        """The look that first proved another member to lead; None where nobody led before."""
        if self.old is None:
            return None
        proven = (v for v in self.views if v.verdict == "confirmed" and v.leader)
        return next((v for v in proven if v.leader != self.old), None)

    @cached_property
    def proven(self) -> View | None:
        """The look that first proved who leads at the end."""
        leads = self.story.member
        return next((v for v in self.views if v.verdict == "confirmed" and v.leader == leads), None)

    @property
    def new(self) -> str | None:
        """The first other member that was proven to lead."""
        return self.chosen.leader if self.chosen else None

    @cached_property
    def views(self) -> tuple[View, ...]:
        """Every look that was kept."""
        told = (f for f in self.facts if f.kind in LOOKS and "claims" in f.evidence)
        return tuple(_view(fact) for fact in told)

    @property
    def since(self) -> Sequence[View]:
        """The looks from the first one on that showed the old leader without its key."""
        first = self.after
        return [v for v in self.views if first is not None and v.fact.seq >= first.fact.seq]

    @cached_property
    def after(self) -> View | None:
        """The first look at an etcd in which the old leader no longer led."""
        return next((v for v in self.views if v.etcd and v.leader != self.old), None)

    @cached_property
    def end(self) -> View | None:
        """The last look that asked everybody."""
        return next((v for v in reversed(self.views) if v.others), None)

    @cached_property
    def lost(self) -> Fact | None:
        """The first word that nobody held the key."""
        return next((f for f in self.of_type(LEADER_KEY) if data_of(f).get("member") is None), None)

    @property
    def released(self) -> View | None:
        """The look that shows the old leader listed without its key: it gave the key away."""
        view = self.after
        return view if view and self.old and view.lists(self.old) else None

    @property
    def lapsed(self) -> View | None:
        """The look that shows its record gone together with its key: nobody renewed the lease."""
        view = self.after
        if view is None or not self.old or view.lists(self.old):
            return None
        late = self.lost is not None and view.fact.at - self.lost.at > LISTED_ON
        return None if late else view

    @property
    def stands(self) -> Bearing:
        """How the old leader answered at the end."""
        return self.end.bearing(self.old) if self.end and self.old else "unasked"

    def seen(self, bearing: Bearing) -> View | None:
        """The last look since in which the old leader answered like that."""
        old = self.old
        looks = (v for v in reversed(self.since) if old and v.leader != old)
        return next((v for v in looks if old and v.bearing(old) == bearing), None)

    def of_type(self, type_: str) -> Iterator[Fact]:
        """The events of one type."""
        for fact in self.facts:
            if fact.kind == Kind.EVENT and fact.evidence.get("type") == type_:
                yield fact

    def hooks(
        self, member: str | None, *, actions: Collection[str], roles: Collection[str]
    ) -> Iterator[Fact]:
        """What a member's own hook told of itself."""
        for fact in self.of_type(CALLBACK):
            data = data_of(fact)
            fits = data.get("action") in actions and data.get("role") in roles
            if fits and member is not None and data.get("member") == member:
                yield fact


def proof(fact: Fact, text: str) -> Proof:
    """That an entry says so."""
    return Proof(seq=fact.seq, at=fact.at, text=text)


def data_of(fact: Fact) -> Facts:
    """What an event says, as far as it is plain values: nobody vouches for it."""
    data = _map(fact.evidence.get("data"))
    return {key: value for key, value in data.items() if isinstance(value, str | int | None)}


def bearing(sql: Facts) -> Bearing:
    """A kept SQL claim as one word."""
    match sql.get("claim"):
        case "answer":
            idle = sql.get("in_recovery") or sql.get("read_only")
            return "read-only" if idle else "writable"
        case "refused":
            return "refuses"
        case "starting":
            return "starting"
        case "unknown":
            return _unanswered(str(sql.get("reason") or ""))
        case _:
            return "unasked"


def _unanswered(reason: str) -> Bearing:
    """By the words of the kernel and of our own probe, which are English in every locale."""
    if CLOSED in reason:
        return "closed"
    return "silent" if any(word in reason for word in SILENCE) else "unasked"


def _view(fact: Fact) -> View:
    claims = _map(fact.evidence.get("claims"))
    etcd = _map(claims.get("etcd"))
    seen = "revision" in etcd
    return View(
        fact=fact,
        verdict=str(fact.evidence.get("verdict") or ""),
        etcd=etcd if seen else {},
        blind="" if seen else str(etcd.get("reason") or ""),
        rest=_map(claims.get("rest")),
        sql=_map(claims.get("sql")),
        others=_map(claims.get("others")),
    )


def _map(value: object) -> Facts:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: object) -> int:
    return value if type(value) is int else 0
