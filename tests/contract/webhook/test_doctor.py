import secrets
import time

from deploy.doctor.report import Report
from deploy.doctor.seeing.road import Road, see_road
from deploy.doctor.seeing.trail import Recent, read_recent, see_trail
from deploy.doctor.subjects.outside import judge_road
from deploy.doctor.subjects.trail import judge_trail
from jobs.inventory import Inventory, load_inventory
from jobs.ports import ReadTrail
from jobs.signatures import key_pair
from tests.contract.webhook.stage import RedisServer, Web
from tests.unit.deploy.doctor.subjects.told import told, words
from workers.fleet import ThreadFleet
from workers.redis import RedisLedger


def pinged(web: Web, trail: ReadTrail, *, key: str, port: int | None = None) -> Report:
    """db1 pings the webhook at a port, by the inventory that the webhook has."""
    text = (web.folder / "inventory.toml").read_text()
    url = f"http://127.0.0.1:{port or web.port}/events"
    known = load_inventory(f'{text}\n[webhook]\nurls = ["{url}"]\n')
    assert isinstance(known, Inventory), str(known)
    road = Road(
        inventory=known,
        trail=trail,
        fleet=ThreadFleet(),
        now=time.time,
        token=lambda: secrets.token_hex(8),
    )
    return judge_road(see_road(road, {"db1": (key,)}))


def test_a_ping_walks_the_whole_road(web: Web, redis: RedisServer) -> None:
    """It is believed and recorded, by either kind of key; of the trail that it stands in a part is as good
    as the whole, and one with a hole is red."""
    with redis.client() as client:
        trail = RedisLedger(client, inventory="x")
        for key in (web.private, web.shared):
            report = pinged(web, trail, key=key)
            assert (told(report), report.fine) == ({}, ("1 of 1 signed pings recorded (db1)",))
        pinged(web, trail, key=web.private)
        recent = read_recent(trail, "orders")
        assert recent.heard == frozenset()
        first, second, third = recent.entries
        for entries, colours in (
            ((first, second, third), {"green"}),
            ((second, third), {"green"}),
            ((first, third), {"green", "red"}),
        ):
            seen = see_trail("orders", Recent(entries=entries), None)
            assert set(told(judge_trail(seen)).values()) == colours


def test_who_sends_nothing_need_not_be_believed(web: Web, redis: RedisServer) -> None:
    """A sender whose key is not here is amber, unless its process runs nowhere."""
    text = (web.folder / "inventory.toml").read_text()
    known = load_inventory(text)
    assert isinstance(known, Inventory), str(known)
    with redis.client() as client:
        road = Road(
            inventory=known,
            trail=RedisLedger(client, inventory="x"),
            fleet=ThreadFleet(),
            now=time.time,
            token=lambda: secrets.token_hex(8),
        )
        assert see_road(road, {}).keyless == list(known.senders)
        assert not see_road(road, {}, idle=frozenset(known.senders)).keyless


def test_what_goes_wrong_on_the_road_is_told_apart(web: Web, redis: RedisServer) -> None:
    """A key that is not known, a webhook that is not there, one that writes elsewhere, a Redis that is gone."""
    with redis.client() as client:
        trail = RedisLedger(client, inventory="x")
        stranger = key_pair(secrets.token_bytes(32)).private
        assert told(pinged(web, trail, key=stranger)) == {"sender-unknown": "red"}
        down = pinged(web, trail, key=web.private, port=1)
        assert told(down) == {"webhook-down": "red"}
        assert "refused" in words(down, "webhook-down")
        elsewhere = RedisLedger(client, inventory="x", prefix="elsewhere")
        assert told(pinged(web, elsewhere, key=web.private)) == {"webhook-astray": "red"}
        client.config_set("min-replicas-to-write", 1)
        assert told(pinged(web, trail, key=web.private)) == {"webhook-503": "red"}
