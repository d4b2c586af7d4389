"""What is not ours is left to its operator: an etcd that was there before, the system's own authorities."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.blueprint import Blueprint
from tests.ground import INVENTORY, pretended

EXTERNAL = INVENTORY.replace(
    'machines = { e1 = "127.77.1.1", e2 = "127.77.1.2", e3 = "127.77.1.3" }\n', ""
)
FOREIGN = {
    "ca": "/etc/pgbaton/etcd/ca.pem",
    "cert": "/etc/pgbaton/etcd/cert.pem",
    "key": "/etc/pgbaton/etcd/key.pem",
}


@pytest.fixture
def rendered(tmp_path: Path) -> dict[str, Blueprint]:
    """Give a site whose etcd is somebody else's, with files of its own."""
    etcd, _, rest = EXTERNAL.partition("[clusters.shop]")
    for name, path in FOREIGN.items():
        file = "ca.pem" if name == "ca" else f"client.{'pem' if name == 'cert' else 'key'}"
        head, _, tail = etcd.rpartition(f'{name} = "/etc/pgbaton/tls/{file}"')
        etcd = f'{head}{name} = "{path}"{tail}'
    return pretended(tmp_path / "keys", f"{etcd}[clusters.shop]{rest}").rendered()


def _paths(blueprint: Blueprint) -> Iterator[str]:
    return (file.path for file in blueprint.files)


def test_an_etcd_of_somebody_else_s_keeps_its_files(rendered: dict[str, Blueprint]) -> None:
    """Patroni uses the files that the inventory names, and we write none of them."""
    config = next(f.text for f in rendered["pg1"].files if f.path == "/etc/patroni/config.yml")
    assert f'cacert: "{FOREIGN["ca"]}"' in config
    assert f'cert: "{FOREIGN["cert"]}"' in config
    for blueprint in rendered.values():
        assert not set(FOREIGN.values()) & set(_paths(blueprint))
    assert "/etc/pgbaton/tls/client.pem" in _paths(rendered["control"]), (
        "for Patroni, which is ours"
    )


def test_the_system_s_authorities_are_not_overwritten(tmp_path: Path) -> None:
    """A path outside /etc/pgbaton/ is read by our processes and written by nobody of ours."""
    system = "/etc/ssl/certs/ca-certificates.crt"
    text = INVENTORY.replace(
        'tls = { ca = "/etc/pgbaton/tls/ca.pem" } }', f'tls = {{ ca = "{system}" }} }}'
    )
    assert system in text
    rendered = pretended(tmp_path / "keys", text).rendered()
    assert system not in _paths(rendered["control"])
