"""How calls to Linode's API end, wait, and share connections."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.contract import ports
from tests.contract.linode.api_server import (
    Answer,
    closing,
    drip,
    drop,
    errors,
    late,
    page,
    serving,
    silence,
    status,
)
from tests.contract.linode.questions import QUESTIONS, TOKEN, refused
from tests.contract.threads import none_left
from workers.linode import Api


def _read(api: Api) -> object:
    return QUESTIONS["balancer"](api, 20)


class Watch:
    """A clock that stands still until it is put forward."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return 1000 + self.ahead


def test_nobody_there_is_said_in_the_systems_words() -> None:
    """Refused and unknown are told apart."""
    port = ports.free()[0]
    closed = refused(Api(f"http://127.0.0.1:{port}/v4", token=TOKEN))
    unknown = refused(Api("https://api.linode.invalid/v4", token=TOKEN))
    assert closed.reason == f"127.0.0.1:{port} cannot be reached: Connection refused"
    assert unknown.reason.startswith("api.linode.invalid cannot be reached: ")
    assert "linode.url" in closed.remedy


def test_a_silent_api_leaves_nothing_behind() -> None:
    """What nobody waits for any more is cut, not left to drip for ever."""
    with serving(silence, silence, drip(b"HTTP/1.1 200 OK\r\nX: ", b"a")) as served, none_left():
        api = Api(served.url, token=TOKEN)
        for _ in range(3):
            refused(api, timeout=0.1)


def test_what_nobody_waits_for_changes_nothing() -> None:
    """A creation whose look-up came too late is not made behind the caller's back."""
    with serving(late(0.4, page()), page(), status(200, {"id": 1})) as served:
        refused(Api(served.url, token=TOKEN), "create a node", timeout=0.2)
        time.sleep(0.6)
        assert not any(line.startswith("POST") for line in served.asked)


def test_a_whole_call_shares_one_end() -> None:
    """Three requests of a quarter second each are late together."""
    row = {"id": 1, "label": "shop-front", "region": "us-ord", "client_conn_throttle": 0, "port": 1}
    with serving(late(0.25, page(row))) as served:
        told = refused(Api(served.url, token=TOKEN), timeout=0.6)
        assert told.reason.endswith("gives no answer")


def test_linode_is_left_alone_as_long_as_it_asks() -> None:
    """After a 429 nothing is asked until Retry-After is over, whoever asks; then it is."""
    watch = Watch()
    with serving(errors(429, "Too many requests", Retry_After="42"), page()) as served:
        api = Api(served.url, token=TOKEN, clock=watch)
        assert refused(api).retry_after == 42
        watch.ahead += 12
        for question in QUESTIONS:
            told = refused(api, question)
            assert told.status == 429
            assert told.retry_after == pytest.approx(30)
        assert len(served.asked) == 1
        watch.ahead += 30
        assert _read(api) is None


def test_a_held_call_says_the_same_as_the_one_that_was_refused() -> None:
    """One outage is one reason: how long it lasts stands in the remedy."""
    with serving(errors(429, "Too many requests", Retry_After="42")) as served:
        api = Api(served.url, token=TOKEN)
        first, second = refused(api), refused(api)
    assert first.reason == second.reason
    assert "in 42 s" in first.remedy


@pytest.mark.parametrize(
    ("told", "waits"),
    [("", 15), ("soon", 15), ("-5", 15), ("0", 0), ("60", 60), ("86400", 300), ("9" * 99, 15)],
    ids=["nothing", "a-word", "negative", "zero", "a-minute", "a-day", "endless"],
)
def test_patience_has_its_limits(told: str, waits: float) -> None:
    """What is no number of seconds means a short while; nobody makes us blind for a day."""
    with serving(errors(429, "Too many requests", Retry_After=told)) as served:
        assert refused(Api(served.url, token=TOKEN)).retry_after == waits


def test_maintenance_says_how_long() -> None:
    """A 503 hands its Retry-After on, and is asked again all the same: a failover does not wait."""
    with serving(errors(503, "Maintenance", Retry_After="60"), page()) as served:
        api = Api(served.url, token=TOKEN)
        assert refused(api).retry_after == 60
        assert _read(api) is None


def test_other_answers_ask_for_no_patience() -> None:
    """Linode sends Retry-After with everything; on an error of ours it means nothing."""
    with serving(errors(400, "Must be 1-255", Retry_After="60")) as served:
        assert refused(Api(served.url, token=TOKEN)).retry_after is None


def test_a_dropped_question_is_repeated_once() -> None:
    """Reading twice does no harm; a third time would be a storm."""
    with serving(drop, page()) as served:
        assert _read(Api(served.url, token=TOKEN)) is None
        assert len(served.asked) == 2
    with serving(drop) as served:
        refused(Api(served.url, token=TOKEN))
        assert len(served.asked) == 2


@pytest.mark.parametrize("answer", [drop, silence, errors(502, "Bad Gateway"), status(503)])
def test_a_change_is_sent_once(answer: Answer) -> None:
    """Whoever set a mode may have been overtaken by the second time."""
    with serving(answer) as served:
        refused(Api(served.url, token=TOKEN), "set a mode", timeout=3 if answer is silence else 20)
        assert served.asked == ["PUT /nodebalancers/1/configs/2/nodes/3"]


def test_a_connection_that_linode_closed_meanwhile_fails_no_change() -> None:
    """A worker may not have asked for an hour when the leader goes."""
    closed = threading.Event()
    with serving(closing(page(), closed=closed), status(200, {"id": 3})) as served:
        api = Api(served.url, token=TOKEN)
        _read(api)
        assert closed.wait(20)
        QUESTIONS["set a mode"](api, 5)
        assert len(served.asked) == 2


def test_a_connection_serves_many_calls() -> None:
    """A handshake costs more than a question."""
    with serving(page()) as served:
        api = Api(served.url, token=TOKEN)
        for _ in range(3):
            _read(api)
        assert (served.connections, len(served.asked)) == (1, 3)


def test_threads_do_not_disturb_each_other() -> None:
    """Eight ask at once for twenty rounds, and each gets its own answer."""
    with serving(late(0.005, page())) as served, ThreadPoolExecutor(8) as pool:
        api = Api(served.url, token=TOKEN)
        assert list(pool.map(lambda _: _read(api), range(160))) == [None] * 160
        assert served.connections <= 8
