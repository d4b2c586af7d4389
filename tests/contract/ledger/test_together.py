import hashlib
import itertools
import os
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from rq.utils import as_text

from jobs.audit import Draft, Head, Kind
from tests.contract.ledger.desks import QUEUE, RedisDesk, redis_desk, walked
from tests.contract.ledger.server import RedisServer
from tests.contract.ledger.values import CLUSTER, draft, event
from workers.redis import connect
from workers.redis.scripts import script

WRITERS, EACH = 8, 60


def test_the_hash_inside_redis_is_sha256(real: RedisDesk) -> None:
    """Against hashlib: every length around the edges of a block, random ones, UTF-8."""
    chance = random.Random(2)  # noqa: S311 - the same bytes in every run
    lengths = [*range(140), *(chance.randrange(20_000) for _ in range(60))]
    texts = [chance.randbytes(length) for length in lengths]
    texts += ["é😀".encode() * length for length in range(20)]
    for text in texts:
        found = real.redis.eval(script("digest"), 0, text)
        assert found == hashlib.sha256(text).hexdigest().encode(), len(text)


def test_writers_at_once_make_one_chain(real: RedisDesk) -> None:
    """Eight writers, the same ids in part: each id once, one respond, and the chain verifies."""

    def write(writer: int) -> int:
        heard = 0
        for number in range(EACH):
            name = f"{number}" if number % 3 == 0 else f"{writer}-{number}"
            heard += real.ledger.hear(event(name), draft(name))
        return heard

    with ThreadPoolExecutor(WRITERS) as pool:
        heard = sum(pool.map(write, range(WRITERS)))
    shared = EACH // 3
    assert walked(real, CLUSTER).entries == heard == shared + WRITERS * (EACH - shared)
    assert len(real.queued_ids()) == len(real.job_hashes()) == 1


def test_index_and_head_are_of_the_same_step_as_the_entry(real: RedisDesk) -> None:
    """Eight writers on three incidents, ids shared in part, and a reader meanwhile: whatever the index or
    a head names stands there already, and at the end both are what the entries make of them."""
    ended, rounds = threading.Event(), 0

    def write(writer: int) -> None:
        for number in itertools.count():
            if number >= EACH // 2 and (rounds > 1 or ended.is_set()):
                return
            name = f"{number}" if number % 3 == 0 else f"{writer}-{number}"
            one = Draft(id=name, kind=Kind.VERDICT, incident=f"i{number % 5 % 3}")
            real.ledger.append(CLUSTER, [one])

    def read() -> None:
        nonlocal rounds
        while not ended.is_set():
            spans = real.ledger.spans(CLUSTER, count=9)
            for last, incident in [(s.last, s.incident) for s in spans]:
                [entry] = real.ledger.entries(CLUSTER, after=last - 1, upto=last)
                assert entry.facts["incident"] == incident
            head = real.ledger.heads([CLUSTER, "none"])[CLUSTER]
            if head.seq:
                [entry] = real.ledger.entries(CLUSTER, after=head.seq - 1, upto=head.seq)
                assert entry.hash == head.hash
            rounds += 1

    with ThreadPoolExecutor(WRITERS + 1) as pool:
        reader = pool.submit(read)
        reader.add_done_callback(lambda _: ended.set())
        list(pool.map(write, range(WRITERS)))
        ended.set()
        reader.result()
    assert rounds > 1
    numbers: dict[str, list[int]] = {}
    for entry in real.ledger.entries(CLUSTER):
        numbers.setdefault(entry.facts["incident"], []).append(entry.seq)
    spans = real.ledger.spans(CLUSTER, count=9)
    assert {s.incident: (s.first, s.last) for s in spans} == {
        name: (min(own), max(own)) for name, own in numbers.items()
    }
    walk, heads = walked(real, CLUSTER), real.ledger.heads([CLUSTER, "none"])
    assert (heads[CLUSTER].seq, heads[CLUSTER].hash) == (walk.entries, walk.head)
    assert heads["none"] == Head()


def test_a_waiting_worker_never_sees_a_job_that_was_taken_back(
    real: RedisDesk, shared: RedisServer
) -> None:
    """Fifty events for one respond: whoever blocks on the queue gets that one, then nothing before what
    the test itself puts there at the end."""
    got: list[bytes] = []
    with connect(shared.settings, read=60) as waiting:
        pops = threading.Thread(
            target=lambda: got.extend(waiting.blmove(QUEUE, "test:got", 30) for _ in range(2))
        )
        pops.start()
        while not real.redis.info("clients")["blocked_clients"]:
            time.sleep(0.005)
        for number in range(50):
            real.ledger.hear(event(f"e{number}"), draft(f"e{number}"))
        real.redis.rpush(QUEUE, "the end")
        pops.join(timeout=30)
    first, second = map(as_text, got)
    assert second == "the end"
    assert {first} == real.job_hashes()


def test_what_was_acknowledged_survives_a_crash(own: RedisServer) -> None:
    """Redis killed right after the answer: trail, queue and state are there again."""
    desk = redis_desk(own.client())
    for number in range(20):
        assert desk.ledger.hear(event(f"e{number}"), draft(f"e{number}"))
    own.stop()
    own.start()
    assert walked(desk, CLUSTER).entries == 20
    assert len(desk.queued_ids()) == 1
    assert not desk.ledger.hear(event("e0"), draft("e0"))


def _pace(write: Callable[[int], object]) -> tuple[float, float]:
    """Writes a second, and the 99th percentile in milliseconds, of eight writers at once."""
    took: list[float] = []

    def run(writer: int) -> None:
        for number in range(EACH):
            begun = time.perf_counter()
            write(writer * EACH + number)
            took.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(run, range(WRITERS)))
    rate = len(took) / (time.perf_counter() - begun)
    return rate, sorted(took)[len(took) * 99 // 100] * 1000


def test_recording_costs_little_more_than_writing(
    real: RedisDesk, measured: Callable[[str], None]
) -> None:
    """Chained entries and heard events against a bare XADD of the same run: a ratio is shown."""
    body = "x" * 200
    bare = _pace(lambda _: real.redis.xadd("test:bare", {"body": body}))
    entry = _pace(lambda n: real.ledger.append(CLUSTER, [draft(f"a{n}", body=body)]))
    heard = _pace(lambda n: real.ledger.hear(event(f"h{n}"), draft(f"h{n}", body=body)))
    measured(f"{WRITERS} writers, one stream ({os.cpu_count()} cores):")
    for name, (rate, slow) in {"XADD": bare, "append": entry, "hear": heard}.items():
        share = rate / bare[0]
        measured(f"  {name:7}{rate:7.0f}/s  p99 {slow:6.1f} ms  {share:.2f} of XADD")
    assert walked(real, CLUSTER).entries == 2 * WRITERS * EACH
    assert heard[0] / bare[0] > 0.05
