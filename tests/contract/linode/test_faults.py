"""The lab's hand on Linode: whatever can go wrong with an API goes wrong when it is told to."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from tests.contract.linode.double import Double
from tests.contract.linode.stage import within

BODY = {"region": "us-ord", "label": "pg-shop"}


def hand(double: Double, method: str, path: str, **body: Any) -> Any:
    """What the control answers."""
    answer = requests.request(method, f"{double.control}/_lab{path}", json=body, timeout=5)
    assert answer.ok, answer.text
    return answer.json()


@contextmanager
def asking(double: Double) -> Iterator[list[object]]:
    """A request on a thread of its own: its status, or its error's type, once it has come."""
    came: list[object] = []

    def ask() -> None:
        try:
            came.append(double.ask("GET", "/nodebalancers").status_code)
        except requests.RequestException as error:
            came.append(type(error))

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    yield came
    thread.join(20)


def test_it_is_slow_for_as_long_as_it_is_told(double: Double) -> None:
    """Each answer takes the delay; the others do not wait for it."""
    hand(double, "POST", "/faults", slow=1.0)
    started = time.monotonic()
    assert double.ask("GET", "/nodebalancers").ok
    assert time.monotonic() - started > 1
    hand(double, "POST", "/faults", slow=3600)
    hand(double, "DELETE", "/faults")
    assert double.ask("GET", "/nodebalancers").ok


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
def test_it_answers_a_status_with_linodes_error(double: Double, status: int) -> None:
    """In Linode's own format, and without carrying anything out."""
    hand(double, "POST", "/faults", broken=str(status))
    answer = double.ask("POST", "/nodebalancers", BODY)
    assert answer.status_code == status
    assert answer.json()["errors"][0]["reason"]
    assert not list(double.world.balancers)


@pytest.mark.parametrize(
    ("how", "status", "readable"),
    [
        ("html", 200, False),
        ("bad-gateway", 502, False),
        ("empty", 200, False),
        ("cut", 200, False),
        ("no-id", 200, True),
    ],
)
def test_it_answers_what_no_client_wants(
    double: Double, how: str, status: int, *, readable: bool
) -> None:
    """HTML, nothing, half a document, or one without the id that a client needs."""
    hand(double, "POST", "/faults", broken=how)
    answer = double.ask("POST", "/nodebalancers", BODY)
    assert answer.status_code == status
    if readable:
        assert "id" not in answer.json()
    else:
        with pytest.raises(requests.JSONDecodeError):
            answer.json()


def test_it_is_silent_until_it_comes_back(double: Double) -> None:
    """A connection is taken and never answered; what was asked meanwhile is not carried out."""
    hand(double, "POST", "/faults", gone=True)
    with asking(double) as came:
        within(20, lambda: [one.fault for one in double.asked] == ["silent"])
        time.sleep(0.3)
        assert came == []
        hand(double, "POST", "/faults", gone=False)
    assert came == [requests.ConnectionError]
    assert double.ask("GET", "/nodebalancers").ok
    assert [one.status for one in double.asked] == [None, 200]


def test_it_refuses_connections_until_it_comes_back(double: Double) -> None:
    """Nobody listens, then somebody does, at the same address."""
    hand(double, "POST", "/faults", gone="refused")
    with pytest.raises(requests.ConnectionError, match="refused"):
        double.ask("GET", "/nodebalancers")
    hand(double, "DELETE", "/faults")
    assert double.ask("GET", "/nodebalancers").ok


def test_it_is_limited_for_some_seconds(double: Double) -> None:
    """429, with the seconds to wait in the headers, until they have passed."""
    hand(double, "POST", "/faults", limited=60)
    answer = double.ask("GET", "/nodebalancers")
    assert answer.status_code == 429
    assert 30 < int(answer.headers["Retry-After"]) <= 60
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    hand(double, "POST", "/faults", limited=0.5)
    within(20, lambda: double.ask("GET", "/nodebalancers").ok)


def test_a_lost_reply_was_carried_out_all_the_same(double: Double) -> None:
    """The POST's connection drops after it was done; reads and later POSTs are answered."""
    hand(double, "POST", "/faults", lost_replies=1)
    assert double.ask("GET", "/nodebalancers").json()["results"] == 0
    with pytest.raises(requests.ConnectionError):
        double.ask("POST", "/nodebalancers", BODY)
    assert double.ask("GET", "/nodebalancers").json()["results"] == 1
    assert double.ask("POST", "/nodebalancers", {**BODY, "label": "other"}).ok
    posts = [one for one in hand(double, "GET", "/requests")["requests"] if one["method"] == "POST"]
    assert [(one["path"], one["status"], one["fault"]) for one in posts] == [
        ("/v4/nodebalancers", None, "reply lost"),
        ("/v4/nodebalancers", 200, None),
    ]


def test_the_client_library_posts_a_lost_reply_again(double: Double) -> None:
    """Left to its retries, linode_api4 makes two of one: what an adapter must not let it do."""
    double.hurt(lost_replies=1)
    client = double.client(retry=True, retry_rate_limit_interval=0.1)
    client.nodebalancer_create("us-ord")
    assert [one.status for one in double.asked] == [None, 200]
    assert len(list(double.world.balancers)) == 2


def test_a_fault_may_be_for_some_addresses_only(double: Double) -> None:
    """Events fail while NodeBalancers are well."""
    hand(double, "POST", "/faults", broken="500", only="GET /v4/account")
    assert double.ask("GET", "/account/events").status_code == 500
    assert double.ask("GET", "/nodebalancers").ok
    assert hand(double, "GET", "/faults")["only"] == "GET /v4/account"


@pytest.mark.parametrize(
    "body",
    [
        {"slo": 1},
        {"slow": -1},
        {"broken": "nonsense"},
        {"gone": "away"},
        {"only": "("},
        {"only": 1},
    ],
)
def test_a_fault_that_is_none_is_refused(double: Double, body: dict[str, Any]) -> None:
    """A typo must not pass for a healthy API."""
    answer = requests.post(f"{double.control}/_lab/faults", json=body, timeout=5)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == list(body)


def test_machines_come_go_and_suffer(double: Double) -> None:
    """An event names the machine and leaves it as such an event does; a deleted machine is gone."""
    hand(double, "POST", "/machines", label="pg1", ipv4=["10.0.0.1"])
    hand(double, "POST", "/events", action="linode_shutdown", machine="pg1")
    hand(double, "POST", "/events", action="host_reboot", machine="pg1", status="started")
    events = double.ask("GET", "/account/events").json()["data"]
    told = [(one["action"], one["status"], one["entity"]["label"]) for one in events]
    assert told == [("host_reboot", "started", "pg1"), ("linode_shutdown", "finished", "pg1")]
    assert double.ask("GET", "/linode/instances").json()["data"][0]["status"] == "running"
    hand(double, "DELETE", "/machines/pg1")
    assert double.ask("GET", "/linode/instances").json()["results"] == 0
    assert double.ask("GET", "/account/events").json()["data"][0]["action"] == "linode_delete"


def test_the_hand_sets_limits_scopes_and_statuses(double: Double) -> None:
    """And shows what each balancer really does."""
    config = {"port": 1, "protocol": "tcp", "nodes": [{"label": "pg1", "address": "10.0.0.1:1"}]}
    double.ask("POST", "/nodebalancers", {**BODY, "configs": [config]})
    hand(double, "POST", "/nodes/pg1", status="UP")
    hand(double, "POST", "/modes", delay=30)
    double.ask("PUT", "/nodebalancers/12001/configs/4001/nodes/54001", {"mode": "reject"})
    shown = hand(double, "GET", "/balancers")["balancers"][0]["nodes"][0]
    wanted = {"mode": "reject", "mode_in_effect": "accept", "status": "UP"}
    assert {name: shown[name] for name in wanted} == wanted
    hand(double, "POST", "/token", scopes="events:read_only")
    assert double.ask("GET", "/nodebalancers").status_code == 401
    hand(double, "POST", "/limits", collection=0)
    assert double.ask("GET", "/account/events").status_code == 429


def test_the_hand_says_what_it_can_do(double: Double) -> None:
    """Whoever finds the address learns the rest from it."""
    assert "lost_replies" in requests.get(double.control, timeout=5).text
