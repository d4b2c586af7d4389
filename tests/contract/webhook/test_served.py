import base64
import json
import signal
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jobs.audit import verify
from jobs.names import RESPOND
from tests.contract.webhook.stage import Answer, RedisServer, Web, end
from tests.waiting import until


def test_an_event_becomes_an_entry_and_a_job(redis: RedisServer, web: Web) -> None:
    """202 means: in the trail, chained, and a respond in RQ's queue."""
    assert web.tell().json == {"accepted": True, "repeated": False}
    assert redis.jobs() == [RESPOND]
    assert redis.events() == ["db1-1"]
    assert verify(redis.trail()).bad is None


def test_one_event_from_eight_threads_happens_once(redis: RedisServer, web: Web) -> None:
    """Eight identical posts at once: all are accepted, one is new."""
    body, headers = web.signed()

    def post(_: int) -> Answer:
        return web.ask("POST", "/events", body, headers)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(8)))
    assert [answer.status for answer in answers] == [202] * 8
    assert sorted(answer.json["repeated"] for answer in answers) == [False] + [True] * 7
    assert (len(redis.trail()), redis.jobs()) == (1, [RESPOND])


def test_a_killed_redis_is_a_503_until_it_is_back(redis: RedisServer, web: Web) -> None:
    """While Redis is gone hooks keep their events; afterwards they are taken, nothing is lost."""
    assert web.tell(id="before").status == 202
    end(redis.process, signal.SIGKILL)
    refused = web.tell(id="during")
    assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
    assert refused.json["retry"] is True
    assert web.get("/readyz").status == 503
    assert web.get("/healthz").status == 200
    redis.start()
    until(lambda: web.tell(id="during").status == 202)
    until(lambda: web.get("/readyz").status == 200)
    assert redis.events() == ["before", "during"]


def test_a_silent_redis_holds_no_refusal_up(redis: RedisServer, web: Web) -> None:
    """With Redis hanging, two hundred forged events are refused at once, and told to nobody."""
    forged = web.signed()[0], {**web.signed()[1], "webhook-signature": "v1a,AAAA"}
    redis.process.send_signal(signal.SIGSTOP)
    begun = time.monotonic()
    statuses = {web.ask("POST", "/events", *forged).status for _ in range(200)}
    spent = time.monotonic() - begun
    redis.process.send_signal(signal.SIGCONT)
    assert statuses == {401}
    assert spent < 20  # as many seconds as one question to Redis each would take, and more


def test_a_silent_redis_is_told_before_the_hook_gives_up(redis: RedisServer, web: Web) -> None:
    """A hook waits three seconds for an answer; a Redis that hangs is a 503 within them."""
    assert web.tell(id="before").status == 202
    redis.process.send_signal(signal.SIGSTOP)
    for number in range(2):
        begun = time.monotonic()
        assert web.tell(id=f"during-{number}").status == 503
        assert time.monotonic() - begun < 3
    redis.process.send_signal(signal.SIGCONT)
    until(lambda: web.tell(id="during-0").status == 202)
    until(lambda: web.tell(id="during-1").status == 202)
    assert redis.events() == ["before", "during-0", "during-1"]


def test_a_forgetful_redis_is_no_place_for_events(redis: RedisServer, web: Web) -> None:
    """A Redis that may lose the last second is told about, before an event is acknowledged."""
    with redis.client() as client:
        client.config_set("appendfsync", "everysec")
    ready, told = web.get("/readyz"), web.tell()
    assert (ready.status, told.status) == (503, 503)
    assert "appendfsync always" in ready.json["detail"]
    assert redis.events() == []


def test_openssl_signs_what_we_verify(
    require: Callable[[str], Path], tmp_path: Path, web: Web
) -> None:
    """A hook without Python is understood: Ed25519 by openssl over the bytes it sends."""
    openssl, seed = require("openssl"), tmp_path / "key.der"
    raw = base64.b64decode(web.private.removeprefix("whsk_"))
    seed.write_bytes(bytes.fromhex("302e020100300506032b657004220420") + raw)
    body, headers = web.signed()
    stamped = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    (tmp_path / "message").write_bytes(stamped)
    command = [str(openssl), "pkeyutl", "-sign", "-rawin", "-keyform", "DER", "-inkey", str(seed)]
    made = subprocess.run(
        [*command, "-in", str(tmp_path / "message")], capture_output=True, check=True, timeout=10
    )
    headers["webhook-signature"] = "v1a," + base64.b64encode(made.stdout).decode()
    assert web.ask("POST", "/events", body, headers).status == 202


def test_openssl_and_we_make_the_same_hmac(
    require: Callable[[str], Path], tmp_path: Path, web: Web
) -> None:
    """A v1 signature made by openssl's HMAC is accepted like our own."""
    body, headers = web.signed(web.shared)
    secret = base64.b64decode(web.shared.removeprefix("whsec_")).hex()
    stamped = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    command = [str(require("openssl")), "dgst", "-sha256", "-mac", "HMAC", "-macopt"]
    made = subprocess.run(
        [*command, f"hexkey:{secret}", "-binary"],
        input=stamped,
        capture_output=True,
        check=True,
        timeout=10,
    )
    assert headers["webhook-signature"] == "v1," + base64.b64encode(made.stdout).decode()
    assert web.ask("POST", "/events", body, headers).status == 202


def test_a_new_key_is_read_by_a_signal(redis: RedisServer, web: Web) -> None:
    """SIGHUP takes the inventory as it is then, without an answer being lost meanwhile."""
    old = web.private
    assert web.tell(id="a").status == 202
    web.write_inventory()
    assert web.tell(id="b").status == 401
    web.process.send_signal(signal.SIGHUP)
    until(lambda: web.tell(id="c").status == 202)
    until(lambda: web.tell(old, id="d").status == 401)


def test_every_mistake_is_told_when_it_cannot_start(redis: RedisServer, tmp_path: Path) -> None:
    """gunicorn gives up at once, with all that is wrong on stderr, and does not try for ever."""
    web = Web(tmp_path, redis.port)
    web.launch(PGBATON_SENDER_DB1="whsec_short not-one")
    assert web.process.wait(timeout=40) == 4
    assert web.log().count("secret sender-db1:") == 2
    assert "Traceback" not in web.log()


def test_the_log_holds_facts_and_nothing_secret(web: Web) -> None:
    """Decisions are JSON lines with their fields; no body, no key, no signature."""
    body, headers = web.signed(data={"role": "quite-unheard-of"})
    web.ask("POST", "/events", body, headers)
    web.tell(source="stranger")
    facts = [json.loads(line) for line in web.log().splitlines() if line.startswith("{")]
    assert {"event.accepted", "event.refused"} <= {fact["event"] for fact in facts}
    signature = headers["webhook-signature"].partition(",")[2]
    for hidden in ("quite-unheard-of", web.private, web.shared, signature):
        assert hidden not in web.log()
