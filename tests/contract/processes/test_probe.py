"""`pgbaton probe` as a process: real Redis, Linode's API as the double speaks it, a webhook that listens."""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from deploy.lab.double.journal import Asked
from jobs.hearsay import reported
from jobs.signatures import KeyPair, Message, VerifyKeys, key_pair, public_key, verify
from tests.contract.hook.receiver import Post, Receiver
from tests.contract.linode.double import Double
from tests.contract.webhook.stage import RedisServer, catches, end
from tests.waiting import until

INVENTORY = """
[redis]
url = "redis://127.0.0.1:{redis}/0"
[etcd.main]
endpoints = ["http://127.0.0.1:1"]
[webhook]
urls = ["{webhook}"]
[linode]
url = "{linode}"
every = 2
timeout = 2
[clusters.shop]
etcd = "main"
scope = "shop"
machines = {{ pg1 = "192.168.1.1", pg2 = "192.168.1.2" }}
[senders.probe]
clusters = ["shop"]
keys = ["{public}"]
"""
BALANCED = """
[nodebalancers.{label}]
cluster = "shop"
label = "{label}"
"""


pytestmark = pytest.mark.timeout(120)


@dataclass
class Stage:
    """All around the process; `front` and `back` are NodeBalancers with pg1 and pg2 behind them."""

    redis: RedisServer
    webhook: Receiver
    double: Double
    folder: Path
    pair: KeyPair = field(default_factory=lambda: key_pair(secrets.token_bytes(32)))
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for label in ("front", "back"):
            balancer = self.double.client().nodebalancer_create("us-ord", label=label)
            config = balancer.config_create(port=5432, protocol="tcp")
            config.node_create(f"{label}-pg1", "192.168.1.1:5432")
            config.node_create(f"{label}-pg2", "192.168.1.2:5432")
        for event in self.double.world.events:
            self.double.world.events.drop(event)  # of this very second, they might be news
        for member in ("pg1", "pg2"):
            self.double.machine(member, f"192.168.1.{member[-1]}")
        self.turn("front", pg1="UP", pg2="DOWN")
        self.turn("back", pg1="UP", pg2="DOWN")

    def turn(self, label: str, **statuses: str) -> None:
        for member, status in statuses.items():
            self.double.fare(f"{label}-{member}", status)

    def happen(self, action: str, member: str, status: str) -> None:
        world = self.double.world
        with world.lock:
            [machine] = world.machines.where(label=member)
            world.tell(action, "linode", machine, status=status)

    def write(self, *labels: str) -> Path:
        """The inventory, with these NodeBalancers."""
        text = INVENTORY.format(
            redis=self.redis.port,
            webhook=self.webhook.url,
            linode=self.double.url,
            public=self.pair.public,
        )
        file = self.folder / "inventory.toml"
        file.write_text(text + "".join(BALANCED.format(label=label) for label in labels))
        return file

    def start(self, *labels: str, token: bool = True, **environ: str) -> subprocess.Popen[bytes]:
        """A probe for these NodeBalancers; without `token` it has none in its environment."""
        own = {
            "PGBATON_INVENTORY": str(self.write(*labels)),
            "PGBATON_SENDER_KEY_PROBE": self.pair.private,
            **({"PGBATON_LINODE_TOKEN": self.double.token} if token else {}),
        }
        program = Path(sys.executable).parent / "pgbaton"
        with (self.folder / "probe.log").open("ab") as log:
            env = {**os.environ, **own, **environ}
            process = subprocess.Popen([program, "probe"], env=env, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def polled(self, times: int = 2, *, status: int = 200) -> None:
        """Wait until Linode has been asked for its events so many times more, and answered with `status`.
        One poll comes after the other: with three, a whole one has begun and ended meanwhile."""
        before = self._polls(status)
        until(lambda: self._polls(status) >= before + times, seconds=40)

    def limit(self) -> None:
        """Have Linode refuse the next poll, whenever it comes, and all others for six seconds from then on."""

        def refused() -> bool:
            if not self._polls(429):
                self.double.hurt(limited_until=time.time() + 6)
            return bool(self._polls(429))

        until(refused, seconds=40)

    def _polls(self, status: int) -> int:
        asked = [a for a in self.double.asked if a.path.endswith("/account/events")]
        return len([a for a in asked if a.status == status])

    @property
    def posts(self) -> list[Post]:
        """What the webhook was told so far; what was sent twice under one id is told once."""
        first: dict[str, Post] = {}
        for post in list(self.webhook.posts):
            first.setdefault(post.id, post)
        return list(first.values())

    def told(self, count: int) -> list[str]:
        """The same in words, once it is so much."""
        until(lambda: len(self.posts) >= count, seconds=40)
        return [sentence(post) for post in self.posts]

    def log(self) -> str:
        return (self.folder / "probe.log").read_text()

    def refusals(self) -> Mapping[str, list[str]]:
        """By what was asked for: why Linode gave no answer, and "" where it answers again, as the log tells it."""
        told: dict[str, list[str]] = {}
        for line in map(json.loads, self.log().splitlines()):
            if line["event"] in {"linode.unavailable", "linode.answers"}:
                told.setdefault(line["what"], []).append(line.get("reason", ""))
        return told


def sentence(post: Post) -> str:
    event = post.event
    evidence = {"sender": event["source"], "type": event["type"], "data": event["data"]}
    return reported(evidence).removeprefix("probe reports ")


@pytest.fixture
def stage(require: Callable[[str], Path], tmp_path: Path) -> Iterator[Stage]:
    redis, webhook = RedisServer(require("redis-server"), tmp_path), Receiver()
    redis.start()
    webhook.up()
    with Double() as double:
        stage = Stage(redis, webhook, double, tmp_path)
        yield stage
        for process in stage.processes:
            end(process, signal.SIGKILL)
    webhook.down()
    end(redis.process)


def test_what_changes_is_told_once_across_a_crash(stage: Stage) -> None:
    """Signed, by the probe's own key; killed and started anew it repeats nothing, and tells what
    became another meanwhile."""
    probe = stage.start("front")
    stage.polled()
    assert stage.posts == []
    stage.turn("front", pg1="DOWN")
    stage.happen("host_reboot", "pg1", "finished")
    assert sorted(stage.told(2)) == [
        "Linode: host_reboot of pg1 (finished)",
        "NodeBalancer front: pg1 is DOWN (was UP)",
    ]
    post = stage.posts[0]
    stamp = post.headers["webhook-timestamp"]
    message = Message(id=post.id, timestamp=stamp, body=post.body)
    keys = VerifyKeys(public=(public_key(stage.pair.public),))
    assert verify(message, post.headers["webhook-signature"], keys)
    stage.polled()  # remembered by now; a moment earlier the same ids would be offered once more
    probe.kill()
    probe.wait(timeout=10)
    stage.turn("front", pg2="UP")
    stage.start("front")
    stage.polled()  # once the dead one's lease has ended, after 15 s
    assert stage.told(3)[2:] == ["NodeBalancer front: pg2 is UP (was DOWN)"]
    stage.polled()
    assert len(stage.posts) == 3


def test_outages_of_the_api_are_survived(stage: Stage) -> None:
    """Limited, broken and gone: nothing is asked within Retry-After, nothing is told but what changed."""
    stage.start("front")
    stage.polled()
    stage.limit()
    stage.turn("front", pg1="DOWN")
    assert stage.told(1) == ["NodeBalancer front: pg1 is DOWN (was UP)"]
    assert len(within_limit(stage)) <= 1  # the other half of the same poll
    stage.double.hurt(broken="500")
    stage.polled(1, status=500)
    stage.turn("front", pg1="UP")
    stage.polled(2, status=500)
    stage.double.linode.go("refused")
    until(lambda: all("cannot be reached" in told[-1] for told in stage.refusals().values()))
    stage.happen("linode_boot", "pg1", "finished")
    time.sleep(3)  # it is asked in vain once more
    assert len(stage.posts) == 1
    stage.double.heal()
    assert sorted(stage.told(3)[1:]) == [
        "Linode: linode_boot of pg1 (finished)",
        "NodeBalancer front: pg1 is UP (was DOWN)",
    ]
    for told in stage.refusals().values():
        assert len(told) > 1
        assert all(one != other for one, other in pairwise(told)), "said again, and no change"
    assert stage.double.token not in stage.log()


def within_limit(stage: Stage) -> list[Asked]:
    """What was asked after the first refusal and before the end of its Retry-After, as the log tells it."""
    first = next(one for one in stage.double.asked if one.fault == "limited")
    told = re.search(r"it is asked again in (\d+) s", stage.log())
    assert told is not None
    return [one for one in stage.double.asked if 0 < one.at - first.at < int(told[1])]


def test_a_webhook_that_was_away_hears_the_newest_word(stage: Stage) -> None:
    """Of each node the last status; a node that is as it was is not spoken of."""
    stage.start("front")
    stage.polled()
    stage.webhook.down()
    stage.turn("front", pg1="DOWN", pg2="UP")
    stage.polled()
    stage.turn("front", pg1="UP", pg2="unknown")
    stage.polled(3)
    stage.webhook.up()
    assert stage.told(1) == ["NodeBalancer front: pg2 is unknown (was DOWN)"]
    stage.polled()
    assert len(stage.posts) == 1


def test_a_reload_brings_a_balancer_and_an_end_gives_way_at_once(stage: Stage) -> None:
    """SIGHUP reads the inventory anew; after SIGTERM a second probe goes on without waiting."""
    first = stage.start("front")
    stage.polled()
    second = stage.start("front", "back")
    first.send_signal(signal.SIGHUP)
    until(lambda: "back" in stage.log().partition("balancer.seen")[2], seconds=40)
    stage.polled(3)
    stage.turn("back", pg2="UP")
    assert stage.told(1) == ["NodeBalancer back: pg2 is UP (was DOWN)"]
    first.send_signal(signal.SIGTERM)
    assert first.wait(timeout=20) == 0
    stage.turn("back", pg2="DOWN")
    begun = time.monotonic()
    assert stage.told(2)[1:] == ["NodeBalancer back: pg2 is DOWN (was UP)"]
    assert time.monotonic() - begun < 10
    assert second.poll() is None


def test_a_process_with_nothing_to_look_at_waits_for_a_reload(stage: Stage) -> None:
    """Neither a NodeBalancer nor a token: it says so, and begins once both are there."""
    credentials = stage.folder / "credentials"
    credentials.mkdir()
    probe = stage.start(token=False, CREDENTIALS_DIRECTORY=str(credentials))
    until(lambda: "probe.idle" in stage.log())
    until(lambda: catches(probe, signal.SIGHUP))
    stage.write("front")
    probe.send_signal(signal.SIGHUP)
    until(lambda: "in the secret linode-token" in stage.log())
    (credentials / "linode-token").write_text(stage.double.token)
    probe.send_signal(signal.SIGHUP)
    stage.polled()
    assert probe.poll() is None
