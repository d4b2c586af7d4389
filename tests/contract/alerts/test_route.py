"""A real webhook of an on-call tool: signed alerts reach it once, whatever it answers, and whoever dies."""

from __future__ import annotations

import secrets
import time

import pytest

from jobs.signatures import VerifyKeys, key_pair, public_key, secret_bytes, secret_text
from tests.contract.alerts.stage import PAIR, Stage, fits
from tests.contract.hook.receiver import Answer, silent
from workers.alerts import Later, Refused, Route, alerter_of
from workers.secrets import Secrets


def test_a_failover_arrives_signed_in_order_and_once(stage: Stage) -> None:
    """From triggered to resolved, with who leads and a link; a further look tells nothing."""
    stage.fail_over("pg2")
    told = stage.told()
    assert told[0] == "triggered shop-2"
    assert told[-1] == "resolved shop-2"
    keys = VerifyKeys(public=(public_key(PAIR.public),))
    assert all(fits(post, keys) for post in stage.tool.posts)
    assert not fits(
        stage.tool.posts[0],
        VerifyKeys(public=(public_key(key_pair(secrets.token_bytes(32)).public),)),
    )
    data = stage.tool.posts[-1].event["data"]
    assert (data["from"], data["to"]) == ("pg1", "pg2")
    assert data["link"] == "https://pgbaton.example/incidents/shop-2"
    stage.alerter.tick()
    stage.begin()
    assert stage.told() == told


def test_hmac_keys_sign_too(stage: Stage) -> None:
    """whsec_ keys make v1 signatures, as most tools know them."""
    stage.key = secret_text(secrets.token_bytes(32))
    stage.begin()
    stage.fail_over("pg2")
    assert all(fits(p, VerifyKeys(secrets=(secret_bytes(stage.key),))) for p in stage.tool.posts)


@pytest.mark.parametrize("key", ["", "whsk_bad", "hello"])
def test_without_a_key_that_signs_there_is_no_route(key: str) -> None:
    """Found at the start, and said where to put one."""
    with pytest.raises(ValueError, match="in the secret alert-key"):
        Route(url="http://127.0.0.1:1", keys=[key] if key else [])


def test_a_tool_that_is_away_is_waited_for(stage: Stage) -> None:
    """Down, then answering 500, then back: every alert in order; tries grow apart."""
    stage.tool.down()
    stage.fail_over("pg2")
    assert stage.alerter.trouble == "Connection refused"
    assert stage.tool.posts == []
    stage.tool.answer = lambda _: Answer(status=500)
    stage.tool.up()
    stage.wait(0.5)
    assert stage.tool.posts == []
    stage.wait(0.6)
    stage.wait(1.9)
    assert stage.told() == ["triggered shop-2"]
    stage.tool.answer = lambda _: Answer(status=204)
    stage.wait(0.2)
    assert stage.told()[1] == "triggered shop-2"
    assert stage.told()[-1] == "resolved shop-2"
    assert stage.alerter.trouble == ""


def test_retry_after_is_honoured(stage: Stage) -> None:
    """429 with 40 seconds: nothing is sent before they have passed."""
    stage.tool.answer = lambda _: Answer(status=429, headers={"Retry-After": "40"})
    stage.fail_over("pg2")
    stage.wait(39)
    assert len(stage.tool.posts) == 1
    stage.wait(2)
    assert len(stage.tool.posts) == 2


@pytest.mark.parametrize("status", [410, 400, 401])
def test_what_is_refused_is_said_and_dropped(stage: Stage, status: int) -> None:
    """The others still go out; what was refused shows as trouble until one is taken."""
    stage.tool.answer = lambda _: Answer(status=status, body=b"not like this")
    stage.fail_over("pg2")
    assert stage.alerter.counts["refused"] == len(stage.tool.posts) > 1
    assert (
        stage.alerter.trouble
        == f"an alert was refused and dropped: it answers {status} not like this"
    )
    assert stage.world.ledger.recall("alerts:trouble") == stage.alerter.trouble
    stage.tool.answer = lambda _: Answer()
    stage.fail_over("pg3")
    assert stage.told()[-1] == "resolved shop-3"
    assert stage.world.ledger.recall("alerts:trouble") == ""


def test_a_redirect_is_not_followed(stage: Stage) -> None:
    """The signature is for one address: it is said, and tried again."""
    route = Route(url=stage.tool.url, keys=[PAIR.private], timeout=0.4)
    stage.fail_over("pg2")
    stage.tool.posts.clear()
    stage.tool.answer = lambda _: Answer(
        status=307, headers={"Location": stage.tool.url + "/other"}
    )
    stage.fail_over("pg3")
    assert len(stage.tool.posts) == 1
    assert "name the address" in stage.alerter.trouble
    assert route.url not in stage.alerter.trouble


def test_a_tool_that_hangs_costs_its_time_limit(stage: Stage) -> None:
    """Accepts and says nothing; or drips a body without an end."""
    alert = stage.alerter
    with silent() as url:
        route = Route(url=url, keys=[PAIR.private], timeout=0.3)
        begun = time.monotonic()
        alert.route = route
        stage.fail_over("pg2")
        assert time.monotonic() - begun < 10
    assert alert.trouble == "no answer within 0.3 s"


def test_of_two_chronicles_one_tells(stage: Stage) -> None:
    """The other takes over once the first one's lease has ended."""
    other = Stage(stage.tool, stage.world)
    other.alerter.holder = "other"
    other.alerter.tick()
    stage.fail_over("pg2")
    before = len(stage.tool.posts)
    other.alerter.tick()
    assert len(stage.tool.posts) == before
    stage.world.fail_over("pg3")
    stage.world.settle()
    stage.world.clock.pass_by(31)
    other.alerter.tick()
    assert other.told()[-1] == "resolved shop-3"
    other.alerter.leave()
    stage.fail_over("pg1")
    assert stage.told()[-1] == "resolved shop-4"


def test_a_route_that_was_taken_away_leaves_no_trouble(stage: Stage) -> None:
    """Nobody mends what is not there any more."""
    stage.world.ledger.remember("alerts:trouble", "it answers 500")
    assert alerter_of(stage.inventory, Secrets({}), stage.world.ledger) is None
    assert stage.world.ledger.recall("alerts:trouble") == ""
    stage.world.ledger.break_down()
    assert alerter_of(stage.inventory, Secrets({}), stage.world.ledger) is None


def test_slack_that_is_barred_is_an_alert(stage: Stage) -> None:
    """Told once, and its end as well."""
    stage.world.ledger.remember("slack:trouble", "the token was revoked")
    stage.alerter.tick()
    stage.alerter.tick()
    stage.world.ledger.remember("slack:trouble", "")
    stage.begin()
    assert stage.told() == ["triggered pgbaton:slack", "resolved pgbaton:slack"]


def test_what_answers_mean() -> None:
    """2xx done, 408, 425, 429 and 5xx again, any other 4xx never."""
    from workers.alerts.route import _outcome
    from workers.posting import Answer as Said

    again = {s for s in range(200, 600) if isinstance(_outcome(Said(status=s)), Later)}
    never = {s for s in range(200, 600) if isinstance(_outcome(Said(status=s)), Refused)}
    assert again == {*range(300, 400), 408, 425, 429, *range(500, 600)}
    assert never == set(range(400, 500)) - {408, 425, 429}
