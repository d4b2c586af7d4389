"""The pages in a long trail: nobody waits, whatever was written before."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jobs.audit import Draft, Kind
from tests.contract.pages.stage import PagesServer, Teller
from tests.contract.webhook.stage import RedisServer, end
from tests.waiting import until

ENTRIES, INCIDENTS = 20_000, 500
LIMIT = 0.3


@pytest.fixture(scope="module")
def long_trail(redis: RedisServer) -> str:
    """500 whole incidents, then one of 20,000 entries; its name."""
    for number in range(1, INCIDENTS + 1):
        _whole(Teller(redis.port, incident=f"shop-{number}"))
    long = Teller(redis.port, incident=f"shop-{INCIDENTS + 1}")
    long.opens()
    long.verified(["web1", "web2"])
    for start in range(0, ENTRIES, 500):
        long.ledger.append("shop", [_failure(long.incident, start + n) for n in range(500)])
    return long.incident


def _whole(teller: Teller) -> None:
    teller.opens()
    teller.verified(["web1"])
    teller.follows("web1")
    teller.concludes()


def _failure(incident: str, number: int) -> Draft:
    told = {
        "host": f"web{number % 2 + 1}",
        "outcome": "unreachable",
        "member": "pg2",
        "restarted": [],
        "reason": f"no answer from 10.0.0.{number % 250} within 5 s",
        "remedy": "see whether it runs",
    }
    id_ = f"{incident}:lost:{number}"
    return Draft(id=id_, kind=Kind.HOST, incident=incident, seconds=5.0, evidence=told)


@pytest.fixture
def served(redis: RedisServer, long_trail: str, tmp_path: Path) -> Iterator[PagesServer]:
    """Pages that nobody has asked for anything, and that have had the time to warm up."""
    server = PagesServer(tmp_path, redis.port)
    server.start()
    server.get("/incidents/shop-1/nothing")  # templates are compiled once
    until(lambda: "pages.warm" in server.log())
    yield server
    end(server.process)


def took(server: PagesServer, path: str) -> float:
    begun = time.perf_counter()
    answer = server.get(path)
    seconds = time.perf_counter() - begun
    assert answer.status == 200
    return seconds


@pytest.mark.timeout(180)
def test_a_page_is_there_at_once_in_a_long_trail(
    served: PagesServer, long_trail: str, redis: RedisServer, measured: Callable[[str], None]
) -> None:
    """The incident of 20,000 entries, which nobody opened before; the same after another entry came; one
    of an ordinary length among them; the front page of 500 incidents, and one of its older pages: each
    within 300 ms. Whoever asks in the very second in which the process starts waits for the reading."""
    first = took(served, f"/incidents/{long_trail}")
    plain = took(served, f"/incidents/shop-{INCIDENTS // 2}")
    front = took(served, "/")
    before = served.get("/").body.decode().partition("?before=")[2].partition('"')[0]
    older = took(served, f"/?before={before}")
    Teller(redis.port, incident=long_trail, count=ENTRIES + 10).follows("web1")
    grown = took(served, f"/incidents/{long_trail}")
    end(served.process)
    served.start()
    cold = took(served, f"/incidents/{long_trail}")
    measured(
        f"pages over {ENTRIES} entries: the incident of {ENTRIES} entries {first * 1e3:.0f} ms when first"
        f" opened, {grown * 1e3:.0f} ms with a new entry, {cold * 1e3:.0f} ms as the process starts; an"
        f" ordinary incident {plain * 1e3:.0f} ms; the front page of {INCIDENTS} incidents"
        f" {front * 1e3:.0f} ms, an older one {older * 1e3:.0f} ms"
    )
    assert max(first, grown, plain, front, older) < LIMIT
