"""Which process may know which secret: the webhook holds no token of Linode's, the watch no SSH key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deploy.render.jinja import CannotRender
from deploy.render.machine.scene import Scene
from jobs.inventory import Inventory, Process

VIEWERS = ("viewer-password", "viewer-tokens")
TELLERS = ("slack-token", "slack-webhook")


def credentials(scene: Scene, process: Process) -> Mapping[str, str]:
    """The secrets of one process by name, in a fixed order. Raises MissingKeyError for those that
    pgbaton makes, CannotRender for those that only people have."""
    return {name: _text(scene, name) for name in dict.fromkeys(_wanted(scene, process))}


def _wanted(scene: Scene, process: Process) -> Iterator[str]:
    match process:
        case "web":
            yield from _redis(scene)
            yield from (f"sender-{n}" for n, s in scene.inventory.senders.items() if s.hmac)
        case "pages":
            yield from _redis(scene)
            yield from _any_of(
                scene, VIEWERS, "nobody may look at the pages", "pgbaton keys viewer"
            )
        case "worker":
            yield from _redis(scene)
            yield from _etcd(scene.inventory)
            yield from _probe(scene.inventory)
            yield from _linode(scene)
            yield "ssh-key"
        case "watch":
            yield from _etcd(scene.inventory)
            yield "sender-key-watch"
        case "probe":
            yield from _redis(scene)
            yield from _linode(scene)
            if scene.inventory.nodebalancers or "probe" in scene.inventory.senders:
                yield "sender-key-probe"
        case "clock":
            yield from _redis(scene)
            yield from _etcd(scene.inventory)
        case "chronicle":
            yield from _redis(scene)
            yield from _etcd(scene.inventory)
            yield from _telling(scene)
        case "redis":
            return


def _redis(scene: Scene) -> Iterator[str]:
    yield "redis-password"
    if "sentinel" in scene.inventory.redis.url and scene.keyring.has("redis-sentinel-password"):
        yield "redis-sentinel-password"


def _etcd(inventory: Inventory) -> Iterator[str]:
    return (f"etcd-{n}-password" for n, e in inventory.etcd.items() if e.user is not None)


def _probe(inventory: Inventory) -> Iterator[str]:
    for name, cluster in inventory.clusters.items():
        if cluster.probe.user is not None and cluster.probe.tls.cert is None:
            yield f"probe-{name}-password"


def _linode(scene: Scene) -> Iterator[str]:
    if scene.keyring.has("linode-token"):
        yield "linode-token"
    elif scene.inventory.nodebalancers or scene.inventory.dns:
        raise CannotRender(
            "the inventory has NodeBalancers or DNS records, and there is no token: put one of Linode's into "
            f"{scene.keyring.folder}/secrets/linode-token"
        )


def _telling(scene: Scene) -> Iterator[str]:
    channel = scene.inventory.slack.channel
    if channel is not None:
        yield from _any_of(
            scene,
            TELLERS,
            f"slack.channel names {channel} and nobody may post there",
            "the bot's token (docs/slack.md)",
        )
    else:
        yield from (name for name in TELLERS if scene.keyring.has(name))
    if scene.inventory.alerts.url is not None:
        yield "alert-key"


def _any_of(scene: Scene, names: tuple[str, ...], lack: str, source: str) -> Iterator[str]:
    found = [name for name in names if scene.keyring.has(name)]
    if not found:
        raise CannotRender(
            f"{lack}: put into {scene.keyring.folder}/secrets/{names[0]} what comes from: {source}"
        )
    yield from found


def _text(scene: Scene, name: str) -> str:
    if name == "ssh-key":
        return scene.keyring.ssh("worker").private
    if name.startswith("sender-key-"):
        return scene.keyring.sender(name.removeprefix("sender-key-")).whsk
    return scene.keyring.secret(name)
