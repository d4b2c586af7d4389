"""How etcd and Patroni are asked on their own machines; their rendered files say it, so that nothing is said twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ruamel.yaml import YAML

from deploy.blueprint import Blueprint
from deploy.push.wanted import Asked

_Say = Callable[[Mapping[str, Any]], Asked | None]


def etcd_asked(blueprint: Blueprint) -> Asked | None:
    """Where this machine's etcd tells its health; None where none is rendered."""
    return _said(blueprint, "initial-cluster", _etcd)


def patroni_asked(blueprint: Blueprint) -> Asked | None:
    """Where this machine's Patroni has its REST API; None where none is rendered."""
    return _said(blueprint, "restapi", _patroni)


def dynamic(blueprint: Blueprint) -> Mapping[str, Any]:
    """The cluster-wide configuration as a first member would write it."""
    document = _document(blueprint, "restapi")
    dcs: Mapping[str, Any] = document.get("bootstrap", {}).get("dcs", {})
    return dcs


def login(blueprint: Blueprint) -> tuple[str, str] | None:
    """Who may change something through the REST API: name and password."""
    said = _document(blueprint, "restapi").get("restapi", {}).get("authentication")
    return (str(said["username"]), str(said["password"])) if said else None


def _said(blueprint: Blueprint, mark: str, say: _Say) -> Asked | None:
    document = _document(blueprint, mark)
    return say(document) if document else None


def _document(blueprint: Blueprint, mark: str) -> Mapping[str, Any]:
    """The first YAML file with that key at its top."""
    for file in blueprint.files:
        if file.path.endswith((".yml", ".yaml")) and f"\n{mark}:" in f"\n{file.text}":
            found: Mapping[str, Any] = YAML(typ="safe", pure=True).load(file.text)
            return found
    return {}


def _etcd(said: Mapping[str, Any]) -> Asked:
    tls = said.get("client-transport-security", {})
    return Asked(
        url=str(said["advertise-client-urls"]).split(",")[0],
        ca=tls.get("trusted-ca-file"),
        cert=tls.get("cert-file"),
        key=tls.get("key-file"),
    )


def _patroni(said: Mapping[str, Any]) -> Asked:
    rest, ctl = said["restapi"], said.get("ctl", {})
    scheme = "https" if rest.get("certfile") else "http"
    return Asked(
        url=f"{scheme}://{rest['connect_address']}",
        ca=ctl.get("cacert") or rest.get("cafile"),
        cert=ctl.get("certfile") or rest.get("certfile"),
        key=ctl.get("keyfile") or rest.get("keyfile"),
    )
