"""Every check of what no single table can know, in the order in which an inventory is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from jobs.inventory.references.addresses import addresses
from jobs.inventory.references.applications import applications
from jobs.inventory.references.clusters import clusters
from jobs.inventory.references.etcd import etcd
from jobs.inventory.references.isolation import isolation
from jobs.inventory.references.labels import labels
from jobs.inventory.references.linode import at_linode
from jobs.inventory.references.listening import listening
from jobs.inventory.references.mistake import Mistake
from jobs.inventory.references.names import names
from jobs.inventory.references.networks import networks
from jobs.inventory.references.processes import processes
from jobs.inventory.references.raw import Raw
from jobs.inventory.references.tls import tls

CHECKS: Sequence[Callable[[Raw], Iterator[Mistake]]] = (
    names,
    etcd,
    clusters,
    isolation,
    applications,
    at_linode,
    addresses,
    listening,
    processes,
    tls,
    networks,
    labels,
)


def references(raw: Raw) -> Iterator[Mistake]:
    """Every such mistake. Works on the raw table, so that a bad shape hides none of them."""
    for check in CHECKS:
        yield from check(raw)
