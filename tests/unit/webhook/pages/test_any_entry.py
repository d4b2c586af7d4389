"""Whoever can write to Redis may leave anything in an entry: no page and no post-mortem breaks over it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from jobs.audit import Entry, Span
from tests.unit.jobs.story.drills import NAMES, drill
from tests.unit.webhook.pages.desk import Visit

VALUES: list[object] = [
    None,
    True,
    0,
    -1,
    1e308,
    10**30,
    "",
    "x",
    "\ud800",
    "<b>",
    [],
    {},
    [[]],
    [{}],
    [1],
]
LATE = 10**17 - 1
"""Microseconds: the latest instant that is read from Redis."""

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""A failure is plain as it is, and shrinking it would render thousands of pages."""

Path = tuple[str | int, ...]


@dataclass
class Spoilt:
    """A recorded drill whose entries one may change, and the pages over it."""

    visit: Visit
    name: str = ""

    def take(self, name: str, entries: list[Entry]) -> None:
        self.name = drill(name).incident
        chain = self.visit.world.ledger.store.of(self.name.rpartition("-")[0]).chain
        chain.entries[:] = entries
        own = [e.seq for e in drill(name).entries if e.facts["incident"] == self.name]
        chain.spans.clear()
        chain.spans[self.name] = Span(incident=self.name, first=own[0], last=own[-1])

    def answers(self) -> Iterator[tuple[str, int]]:
        page = f"/incidents/{self.name}"
        for path in ("/", page, f"{page}/report", f"{page}/report?download", f"{page}/report.md"):
            yield path, self.client.get(path).status_code

    @property
    def client(self) -> FlaskClient:
        return Visit(world=self.visit.world, token=self.visit.token).client


@pytest.fixture(scope="module")
def spoilt() -> Spoilt:
    return Spoilt(Visit())


def places(value: object, before: Path = ()) -> Iterator[Path]:
    """Every place in a body, itself too."""
    yield before
    inner: Any = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, one in inner:
        yield from places(one, (*before, key))


def changed(value: Any, path: Path, new: object) -> Any:
    """The body with another value at one place."""
    if not path:
        return new
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(value[path[0]], path[1:], new)
    return copy


@settings(max_examples=80, phases=PHASES, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from(NAMES), data=st.data())
def test_no_changed_entry_breaks_a_page(spoilt: Spoilt, name: str, data: st.DataObject) -> None:
    """Another value at any place of any entry's body, or another instant: every page and every
    post-mortem is there, or says with 404 that there is no incident."""
    entries = list(drill(name).entries)
    at = data.draw(st.integers(0, len(entries) - 1))
    body = json.loads(entries[at].body)
    path = data.draw(st.sampled_from(list(places(body))))
    new = data.draw(st.sampled_from(VALUES))
    instant = data.draw(st.sampled_from([entries[at].at] * 4 + [0, LATE]))
    entries[at] = replace(entries[at], body=json.dumps(changed(body, path, new)), at=instant)
    spoilt.take(name, entries)
    assert {path: code for path, code in spoilt.answers() if code not in {200, 404}} == {}


@pytest.mark.parametrize("body", ["[" * 100_000, "{}", "", "1" * 5_000, '{"evidence":NaN}'])
def test_nor_does_what_is_no_entry(spoilt: Spoilt, body: str) -> None:
    """Nested without end, empty, a number beyond all numbers."""
    for at in (4, 12):
        entries = list(drill(NAMES[0]).entries)
        entries[at] = replace(entries[at], body=body)
        spoilt.take(NAMES[0], entries)
        assert {code for _, code in spoilt.answers()} <= {200, 404}


@pytest.mark.parametrize("hosts", ["", {}, [], None, 5, [None], "web1"], ids=str)
def test_a_plan_without_hosts_is_passed_over(spoilt: Spoilt, hosts: object) -> None:
    """Its page and its post-mortem stand."""
    one = drill(NAMES[0])
    entries = [
        replace(e, body=json.dumps(changed(e.facts, ("evidence", "hosts"), hosts)))
        if e.facts["kind"] == "planned"
        else e
        for e in one.entries
    ]
    spoilt.take(NAMES[0], entries)
    assert {code for _, code in spoilt.answers()} == {200}
