"""The booted machines' inventory is one that an operator could have written, and says TLS everywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.lab import layout
from deploy.lab.inventory import PROFILES
from deploy.lab.machines.packages import packages
from deploy.lab.machines.secrets import secrets_of
from deploy.lab.machines.site import PUSHED, Site, make_site
from deploy.render import blueprints
from deploy.site import placed


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """An operator's folder: the inventory and its keys."""
    folder = tmp_path_factory.mktemp("site")
    return make_site(folder, PROFILES["lab"], pages=layout.PAGES)


def test_nothing_speaks_in_the_clear(site: Site) -> None:
    """etcd, Patroni's REST, PostgreSQL, Redis and the webhook; and every host is a hardened one."""
    inventory = site.inventory
    cluster = inventory.clusters[layout.CLUSTER]
    urls = [*inventory.etcd["main"].endpoints, *inventory.webhook.urls]
    assert all(url.startswith("https://") for url in urls)
    assert inventory.redis.url.startswith("rediss://")
    assert cluster.rest.ca is not None
    assert cluster.probe.sslmode == "verify-full"
    assert {host.mode for host in inventory.hosts.values()} == {"hardened"}


def test_every_machine_is_pushed(site: Site) -> None:
    """Whoever stands in the inventory has a disk that push can log in to, and a blueprint."""
    assert (
        set(PUSHED) == set(placed(site.inventory)) == set(blueprints(site.inventory, site.keyring))
    )


def test_whoever_has_the_keys_reads_them_where_they_lie(site: Site) -> None:
    """Seen from outside, each path of a machine's own is a file of the keys folder."""
    outside = site.outside
    tables = (outside.etcd["main"].tls, outside.clusters[layout.CLUSTER].rest)
    paths = [path for tls in tables for path in (tls.ca, tls.cert, tls.key)]
    assert all(path is not None and Path(path).is_file() for path in paths)
    assert outside.redis.tls.ca == str(site.keyring.folder / "ca.pem")


def test_the_image_has_what_render_asks_for(site: Site) -> None:
    """Nothing that a blueprint needs would have to be downloaded by push."""
    asked = {n for b in blueprints(site.inventory, site.keyring).values() for n in b.packages}
    assert asked <= set(packages(site))


def test_every_private_key_is_searched_for(site: Site) -> None:
    """Of each private file at least one line is among the texts that must show nowhere, and no two
    keys share it."""
    texts = secrets_of(site.keyring).texts
    private = [p for p in site.keyring.folder.rglob("*") if p.is_file() and _is_private(p)]
    assert len(private) > len(PUSHED)
    for path in private:
        own = [text for text in texts if text and text in path.read_text()]
        assert own, path
        others = "".join(p.read_text() for p in private if p.read_text() != path.read_text())
        assert any(text not in others for text in own), path


def _is_private(path: Path) -> bool:
    return "PRIVATE KEY" in path.read_text()
