"""What an inventory needs and this environment does not have, and what would make it safer."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from deploy.cli.fronts import fronts
from deploy.cli.grounds import grounds
from deploy.cli.keys.check import bad_secret_keys, bad_ssh_key
from deploy.cli.remark import Remark
from deploy.cli.viewers import bad_viewers
from workers.secrets import Secrets, SecretUnreadableError

if TYPE_CHECKING:
    from jobs.inventory import Inventory, Tls


def lacks(inventory: Inventory, environ: Mapping[str, str]) -> Iterator[Remark]:
    """Secrets and files that are named and cannot be had from here, each with where to put it."""
    secrets = Secrets(environ)
    for path, name, reason in _needed(inventory):
        yield from _secret(secrets, path, name, reason)
    if inventory.slack.channel is not None and not _held(secrets, "slack-webhook"):
        yield from _secret(secrets, "slack.channel", "slack-token", "chronicle")
    yield from bad_viewers(inventory, secrets)
    for path, reason in bad_secret_keys(inventory, secrets):
        yield Remark(path=path, reason=reason, remedy="make a pair: pgbaton keys sender NAME")
    yield from _ssh_key(inventory, secrets)
    for path, files in _tls(inventory):
        for part in ("ca", "cert", "key"):
            named = getattr(files, part)
            if named is not None:
                yield from _file(f"{path}.{part}", Path(named))
    if inventory.linode.ca is not None:
        yield from _file("linode.ca", Path(inventory.linode.ca))


def _needed(inventory: Inventory) -> Iterator[tuple[str, str, str]]:
    """Path, secret and who needs it."""
    for name, etcd in inventory.etcd.items():
        if etcd.user is not None:
            yield f"etcd.{name}.user", f"etcd-{name}-password", "worker, watch and clock"
    for name, cluster in inventory.clusters.items():
        if cluster.probe.user is not None and cluster.probe.tls.cert is None:
            yield f"clusters.{name}.probe.user", f"probe-{name}-password", "worker"
    for name, sender in inventory.senders.items():
        if sender.hmac:
            yield f"senders.{name}.hmac", f"sender-{name}", "the webhook"
    if inventory.nodebalancers or inventory.dns:
        yield "linode", "linode-token", "worker and probe"
    if inventory.alerts.url is not None:
        yield "alerts.url", "alert-key", "chronicle"
    for name in _voices(inventory):
        yield f"senders.{name}", f"sender-key-{name}", name


def _voices(inventory: Inventory) -> Iterator[str]:
    """The processes of ours that sign events; a probe cannot start without its key."""
    if "watch" in inventory.senders:
        yield "watch"
    if "probe" in inventory.senders or inventory.nodebalancers:
        yield "probe"


def _held(secrets: Secrets, name: str) -> bool:
    try:
        return secrets.get(name) is not None
    except SecretUnreadableError:
        return False


def _secret(secrets: Secrets, path: str, name: str, who: str) -> Iterator[Remark]:
    try:
        if secrets.get(name) is not None:
            return
    except SecretUnreadableError as error:
        yield Remark(path=path, reason=str(error), remedy=f"{who} cannot work without it")
        return
    variable = secrets.variable(name)
    places = (
        f"{variable}, in the file that {variable}_FILE names, or in a systemd credential {name}"
    )
    yield Remark(
        path=path,
        reason=f"the secret {name} is not here; {who} {'need' if ' and ' in who else 'needs'} it",
        remedy=f"put it in {places}",
    )


def _ssh_key(inventory: Inventory, secrets: Secrets) -> Iterator[Remark]:
    """The secret is a path here, so that paramiko alone reads the key."""
    if not inventory.hosts:
        return
    named = secrets.get("ssh-key")
    if named is not None:
        path = Path(named)
        missing = list(_file("hosts", path)) if path.is_absolute() else []
        yield from missing
        reason = None if missing else bad_ssh_key(path)
        if reason is not None:
            yield Remark(path="hosts", reason=reason, remedy="a worker cannot log in without it")
        return
    variable = secrets.variable("ssh-key")
    yield Remark(
        path="hosts",
        reason="no SSH key is named; a worker needs it",
        remedy=f"name the private key's file in {variable}",
    )


def _tls(inventory: Inventory) -> Iterator[tuple[str, Tls]]:
    yield "redis.tls", inventory.redis.tls
    yield from ((f"etcd.{n}.tls", e.tls) for n, e in inventory.etcd.items())
    for name, cluster in inventory.clusters.items():
        yield f"clusters.{name}.probe.tls", cluster.probe.tls
        yield f"clusters.{name}.rest", cluster.rest


def _file(path: str, file: Path) -> Iterator[Remark]:
    if not file.is_file():
        yield Remark(
            path=path, reason=f"there is no file {file}", remedy="put it there, or mend the path"
        )
    elif not os.access(file, os.R_OK):
        yield Remark(
            path=path,
            reason=f"{file} cannot be read by this user",
            remedy="run the check as the user of the processes, or mend owner and mode",
        )


def warnings(inventory: Inventory) -> Iterator[Remark]:
    """What works, but less well than it could."""
    yield from _unprobed(inventory)
    yield from _idle(inventory)
    yield from _speechless(inventory)
    yield from grounds(inventory)
    yield from fronts(inventory)
    if inventory.slack.channel is not None and _open_road(inventory.slack.url):
        yield Remark(
            path="slack.url",
            reason="the bot's token travels unencrypted",
            remedy="leave it out, or use https://slack.com/api",
        )
    if not inventory.senders:
        yield Remark(
            path="senders",
            reason="nobody may post events",
            remedy="make a key: pgbaton keys sender NAME",
        )
    elif not inventory.webhook.urls:
        yield Remark(
            path="webhook.urls",
            reason="hooks do not know where to post",
            remedy='add urls = ["https://…/events"]',
        )
    for name, etcd in inventory.etcd.items():
        if etcd.user is not None and any(_open_road(e) for e in etcd.endpoints):
            yield Remark(
                path=f"etcd.{name}.endpoints",
                reason="the password travels unencrypted",
                remedy="use https:// endpoints",
            )


def _unprobed(inventory: Inventory) -> Iterator[Remark]:
    for name, cluster in inventory.clusters.items():
        path = f"clusters.{name}.probe"
        if cluster.probe.user is not None:
            continue
        if cluster.probe.policy == "required":
            yield Remark(
                path=path,
                reason='policy = "required" without a user: nothing will ever be confirmed',
                remedy="name the monitoring role in user",
            )
        else:
            yield Remark(
                path=path,
                reason="no user: nobody asks PostgreSQL whether it is writable",
                remedy="name a monitoring role in user",
            )


def _idle(inventory: Inventory) -> Iterator[Remark]:
    for name in inventory.clusters:
        if not inventory.hosts_of(name):
            yield Remark(
                path=f"clusters.{name}",
                reason="no application host follows it",
                remedy="give an application its hosts",
            )
    used = {h for app in inventory.applications.values() for h in app.hosts}
    for host in inventory.hosts:
        if host not in used:
            yield Remark(
                path=f"hosts.{host}",
                reason="no application lives there",
                remedy="add it to an application's hosts, or remove it",
            )
    for name, app in inventory.applications.items():
        if not app.services and not app.after:
            yield Remark(
                path=f"applications.{name}",
                reason="no services and no after: nothing learns of a changed file",
                remedy="name the services that read it",
            )


def _speechless(inventory: Inventory) -> Iterator[Remark]:
    """What the probe sees of a NodeBalancer, the webhook must be allowed to hear."""
    probe = inventory.senders.get("probe")
    if probe is None and inventory.senders and inventory.nodebalancers:
        yield Remark(
            path="senders.probe",
            reason="there are NodeBalancers, and nobody may say what becomes of their nodes",
            remedy="make a key: pgbaton keys sender probe",
        )
    for cluster in dict.fromkeys(b.cluster for b in inventory.nodebalancers.values()):
        if probe is not None and cluster not in probe.clusters:
            yield Remark(
                path="senders.probe.clusters",
                reason=f"the webhook refuses what the probe says of {cluster}",
                remedy=f'add "{cluster}"',
            )


def _open_road(endpoint: str) -> bool:
    parts = urlsplit(endpoint)
    return parts.scheme == "http" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}
