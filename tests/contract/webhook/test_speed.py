import http.client
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.lab.bench.heard.ground import workers_spent
from tests.contract.webhook.stage import RedisServer, Web, end

CLIENTS, EACH, ROUNDS = 8, 100, 2
Request = tuple[bytes, dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Requests a second that came through, and the processor's seconds each took of the server."""

    per_second: float
    cpu: float


def post_all(port: int, requests: list[Request]) -> None:
    """One client's requests, one after the other over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for body, headers in requests:
        connection.request("POST", "/events", body=body, headers=headers)
        response = connection.getresponse()
        response.read()
        assert response.status == 202
    connection.close()


def cost(web: Web, tag: str) -> Cost:
    """What eight clients at once get and take, their requests signed beforehand."""
    batches = [[web.signed(id=f"{tag}-{c}-{i}") for i in range(EACH)] for c in range(CLIENTS)]
    begun, spent = time.monotonic(), workers_spent(web.process.pid)
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(lambda batch: post_all(web.port, batch), batches))
    seconds, count = time.monotonic() - begun, CLIENTS * EACH
    return Cost(per_second=count / seconds, cpu=(workers_spent(web.process.pid) - spent) / count)


@pytest.mark.timeout(120)
def test_recording_costs_less_than_six_bare_answers(
    redis: RedisServer, web: Web, tmp_path: Path, measured: Callable[[str], None]
) -> None:
    """Verified, recorded durably and enqueued, an event costs the web process less than six empty
    202s. The rates are shown; they hang on whatever else runs here, so the processor's time counts."""
    folder = tmp_path / "bare"
    folder.mkdir()
    bare = Web(folder, redis.port, application="deploy.lab.bench.heard.bare:app")
    bare.start()
    try:
        pairs = [(cost(bare, f"{n}"), cost(web, f"{n}")) for n in range(ROUNDS)]
    finally:
        end(bare.process)
    empty, intake = pairs[-1]
    measured(
        f"intake {intake.per_second:.0f}/s, bare 202 {empty.per_second:.0f}/s, ratio"
        f" {intake.per_second / empty.per_second:.2f}; processor time each"
        f" {intake.cpu * 1e3:.2f} ms and {empty.cpu * 1e3:.2f} ms, ratio {empty.cpu / intake.cpu:.2f}"
    )
    assert len(redis.trail()) == CLIENTS * EACH * ROUNDS
    assert empty.cpu / intake.cpu > 1 / 6
