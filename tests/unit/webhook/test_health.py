import json

from tests.unit.webhook.ear import Ear


def test_a_living_process_says_so_whatever_redis_does(ear: Ear) -> None:
    """/healthz is about this process alone."""
    ear.ledger.break_down()
    assert ear.client.get("/healthz").status_code == 200


def test_ready_while_events_would_be_durable(ear: Ear) -> None:
    """/readyz is 200 where nothing stands in the way."""
    assert ear.client.get("/readyz").status_code == 200


def test_not_ready_says_what_to_do(ear: Ear) -> None:
    """Each obstacle stands in the problem's detail, with its remedy."""
    ear.obstacles = ("appendonly is no; run CONFIG SET appendonly yes.",)
    answer = ear.client.get("/readyz")
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert "CONFIG SET appendonly yes" in json.loads(answer.data)["detail"]


def test_not_ready_without_redis(ear: Ear) -> None:
    """A Redis that cannot be reached is a 503 with Retry-After, not an error of ours."""
    ear.ledger.break_down("Redis cannot be reached")
    answer = ear.client.get("/readyz")
    assert answer.status_code == 503
    assert "Redis cannot be reached; start Redis" in json.loads(answer.data)["detail"]
    assert answer.headers["Retry-After"] == "1"


def test_metrics_are_prometheus_text(ear: Ear) -> None:
    """Counters, the histogram and the build are there, and nothing secret."""
    ear.tell()
    ear.tell(at=ear.now - 4000)
    text = ear.client.get("/metrics").text
    assert 'version="1.2.3"' in text
    assert 'pgbaton_refusals_total{reason="stale-timestamp",sender="db1"} 1.0' in text
    assert "pgbaton_hear_seconds_bucket" in text
    assert ear.shared not in text
