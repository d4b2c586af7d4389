"""Which process may know which secret: the webhook holds no token of Linode's, the watch no SSH key."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from deploy.render.jinja import CannotRender
from deploy.render.machine.scene import Scene
from jobs.inventory import Process

VIEWERS = ("viewer-password", "viewer-tokens")
TELLERS = ("slack-token", "slack-webhook")


def credentials(scene: Scene, process: Process) -> Mapping[str, str]:
    """The secrets of one process by name, in a fixed order. Raises MissingKeyError for those that
    pgbaton makes, CannotRender for those that only people have."""
    wanted = (name for need in _NEEDS[process] for name in need(scene))
    return {name: _text(scene, name) for name in dict.fromkeys(wanted)}


def _redis(scene: Scene) -> Iterator[str]:
    yield "redis-password"
    if "sentinel" in scene.inventory.redis.url and scene.keyring.has("redis-sentinel-password"):
        yield "redis-sentinel-password"


def _etcd(scene: Scene) -> Iterator[str]:
    known = scene.inventory.etcd.items()
    return (f"etcd-{name}-password" for name, etcd in known if etcd.user is not None)


def _monitoring(scene: Scene) -> Iterator[str]:
    for name, cluster in scene.inventory.clusters.items():
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


def _shared(scene: Scene) -> Iterator[str]:
    return (f"sender-{name}" for name, sender in scene.inventory.senders.items() if sender.hmac)


def _viewers(scene: Scene) -> Iterator[str]:
    return _any_of(scene, VIEWERS, "nobody may look at the pages", "pgbaton keys viewer")


def _ssh(_: Scene) -> Iterator[str]:
    yield "ssh-key"


def _watch_s_voice(_: Scene) -> Iterator[str]:
    yield "sender-key-watch"


def _probe_s_voice(scene: Scene) -> Iterator[str]:
    if scene.inventory.nodebalancers or "probe" in scene.inventory.senders:
        yield "sender-key-probe"


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


_NEEDS: Mapping[Process, tuple[Callable[[Scene], Iterator[str]], ...]] = {
    "web": (_redis, _shared),
    "pages": (_redis, _viewers),
    "worker": (_redis, _etcd, _monitoring, _linode, _ssh),
    "watch": (_etcd, _watch_s_voice),
    "probe": (_redis, _linode, _probe_s_voice),
    "clock": (_redis, _etcd),
    "chronicle": (_redis, _etcd, _telling),
    "redis": (),
}
