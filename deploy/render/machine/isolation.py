"""What stops a stale primary on its machine: there only where the inventory says policy = "stop"."""

from __future__ import annotations

from deploy.blueprint import RenderedFile
from deploy.isolate import CONFIG_PATH, SCRIPT_PATH, isolate_script
from deploy.render.isolate import IsolateGround, isolate_conf
from deploy.render.machine.scene import NOTHING, Scene, Share
from deploy.render.patroni import PatroniGround
from deploy.site import Placed
from jobs.inventory import Isolation


def isolation(scene: Scene, here: Placed) -> Share:
    """Nothing on a machine that is no member of a cluster that stops one."""
    if here.cluster is None or stops(scene, here) is None:
        return NOTHING
    config = isolate_conf(scene.inventory, here.cluster, here.name, ground=_ground(scene, here))
    return Share(
        files=(
            RenderedFile(path=CONFIG_PATH, text=config),
            RenderedFile(path=SCRIPT_PATH, text=isolate_script(), mode=0o755),
        ),
        packages=("curl", "util-linux"),
    )


def stops(scene: Scene, here: Placed) -> Isolation | None:
    """How a stale primary on this machine is stopped; None where it is not."""
    if here.cluster is None:
        return None
    found = scene.inventory.clusters[here.cluster].isolation
    return found if found.policy == "stop" else None


def _ground(scene: Scene, here: Placed) -> IsolateGround:
    """The files that Patroni has itself: both belong to PostgreSQL's owner."""
    patroni = PatroniGround(networks=(), hook=None)
    secure = here.cluster is not None and scene.cluster_secure(here.cluster)
    return IsolateGround(
        data_dir=patroni.data_dir,
        bin_dir=patroni.bin_dir,
        ca="/etc/patroni/tls/ca.pem" if secure else None,
        cert="/etc/patroni/tls/server.pem" if secure else None,
    )
