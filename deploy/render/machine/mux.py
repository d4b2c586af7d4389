"""HAProxy on a database node, where the cluster has a mux."""

from __future__ import annotations

from deploy.blueprint import Notice, RenderedFile, Unit
from deploy.render.machine.scene import NOTHING, Scene, Share
from deploy.render.machine.tls import authority, identity
from deploy.render.mux import MuxGround, mux_cfg
from deploy.site import Placed

UNIT = "haproxy.service"
CA, CERT = "/etc/haproxy/tls/ca.pem", "/etc/haproxy/tls/patroni.pem"
RELOAD = Notice(unit=UNIT, how="reload")


def mux(scene: Scene, here: Placed) -> Share:
    """Nothing where no mux is wanted."""
    if here.cluster is None or scene.inventory.clusters[here.cluster].mux is None:
        return NOTHING
    secure = scene.cluster_secure(here.cluster)
    ground = MuxGround(
        networks=(*scene.networks, *scene.inventory.deploy.clients),
        rest_ca=CA if secure else None,
        rest_cert=CERT if secure else None,
    )
    text = mux_cfg(scene.inventory, here.cluster, here.name, ground)
    config = RenderedFile(path="/etc/haproxy/haproxy.cfg", text=text, notices=(RELOAD,))
    return Share(
        files=(*(_certificates(scene, here) if secure else ()), config),
        units=(Unit(name=UNIT, class_="mux"),),
        packages=("haproxy",),
    )


def _certificates(scene: Scene, here: Placed) -> tuple[RenderedFile, ...]:
    """Patroni asks for a certificate; root reads it for HAProxy."""
    certified = scene.keyring.certificate(here.name, "patroni")
    return (authority(CA, scene.keyring.ca(), RELOAD), identity(CERT, certified, RELOAD))
