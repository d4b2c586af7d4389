"""An etcd member: its file, its certificates, and a unit of our own, since Debian's reads none of them."""

from __future__ import annotations

from deploy.blueprint import Notice, RenderedFile, Unit
from deploy.render.etcd import EtcdGround, ServerTls, etcd_yml
from deploy.render.jinja import render
from deploy.render.machine.scene import NOTHING, Scene, Share
from deploy.render.machine.tls import authority, identity
from deploy.site import Placed

CONFIG = "/etc/etcd/etcd.conf.yml"
TLS = ServerTls(
    ca="/etc/etcd/tls/ca.pem", cert="/etc/etcd/tls/server.pem", key="/etc/etcd/tls/server.pem"
)
UNIT = "etcd.service"
RESTART = Notice(unit=UNIT, how="restart")


def etcd(scene: Scene, here: Placed) -> Share:
    """Nothing on a machine that is no member."""
    if here.etcd is None:
        return NOTHING
    secure = scene.etcd_secure(here.etcd)
    ground = EtcdGround(tls=TLS if secure else None)
    config = etcd_yml(scene.inventory, here.etcd, here.name, ground)
    return Share(
        files=(
            *(_certificates(scene, here) if secure else ()),
            RenderedFile(path=CONFIG, text=config, notices=(RESTART,)),
            RenderedFile(
                path=f"/etc/systemd/system/{UNIT}",
                text=render("etcd.service.j2", config=CONFIG),
                notices=(RESTART,),
            ),
        ),
        units=(Unit(name=UNIT, class_="etcd"),),
        packages=("etcd-server", "etcd-client", "curl"),  # curl: push asks for its health there
    )


def _certificates(scene: Scene, here: Placed) -> tuple[RenderedFile, ...]:
    """etcd reads its certificate at each handshake, but whom it trusts only when it starts."""
    certified = scene.keyring.certificate(here.name, "etcd")
    return (
        authority(TLS.ca, scene.keyring.ca(), RESTART),
        identity(TLS.cert, certified, owner="etcd", group="etcd"),
    )
