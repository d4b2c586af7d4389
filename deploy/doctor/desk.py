"""At an operator's desk the folder of keys stands in for what lies on pgbaton's own machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from deploy.keyring import Keyring
from jobs.inventory import Inventory, Tls
from workers.secrets import Secrets

OWN = "pgbaton.client"
"""pgbaton's own certificate in the keyring."""


def secrets_at_desk(environ: Mapping[str, str], keyring: Keyring) -> Mapping[str, str]:
    """The environment, and the paths of those secrets that the keyring has and it does not name. No
    secret is read here."""
    secrets, folder = Secrets(environ), keyring.folder
    named = {secrets.variable("ssh-key"): folder / "ssh/worker"} | {
        f"{secrets.variable(path.name)}_FILE": path
        for path in sorted((folder / "secrets").glob("*"))
    }
    lacking = {
        variable: str(path)
        for variable, path in named.items()
        if secrets.get(_secret(variable)) is None and path.is_file()
    }
    return {**environ, **lacking}


def _secret(variable: str) -> str:
    """The name by which a variable's secret is asked for; its spelling there does not matter."""
    return variable.removeprefix("PGBATON_").removesuffix("_FILE").lower().replace("_", "-")


def inventory_at_desk(inventory: Inventory, keyring: Keyring) -> Inventory:
    """The inventory with the keyring's own files in place of those that are not here."""

    def tls(files: Tls) -> Tls:
        return _tls(files, keyring.folder)

    ca = inventory.webhook.ca
    webhook = inventory.webhook.model_copy(
        update={"ca": ca and _here(ca, keyring.folder / "ca.pem")}
    )
    return inventory.model_copy(
        update={
            "redis": inventory.redis.model_copy(update={"tls": tls(inventory.redis.tls)}),
            "etcd": {
                n: e.model_copy(update={"tls": tls(e.tls)}) for n, e in inventory.etcd.items()
            },
            "clusters": dict(_clusters(inventory, tls)),
            "webhook": webhook,
        }
    )


def _clusters(inventory: Inventory, tls: Callable[[Tls], Tls]) -> Iterator[tuple[str, object]]:
    for name, cluster in inventory.clusters.items():
        probe = cluster.probe.model_copy(update={"tls": tls(cluster.probe.tls)})
        yield name, cluster.model_copy(update={"rest": tls(cluster.rest), "probe": probe})


def _tls(files: Tls, folder: Path) -> Tls:
    own = folder / "certificates" / OWN
    return files.model_copy(
        update={
            "ca": files.ca and _here(files.ca, folder / "ca.pem"),
            "cert": files.cert and _here(files.cert, own.with_name(f"{OWN}.pem")),
            "key": files.key and _here(files.key, own.with_name(f"{OWN}.key")),
        }
    )


def _here(path: str, instead: Path) -> str:
    return path if Path(path).is_file() or not instead.is_file() else str(instead)
