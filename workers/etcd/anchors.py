"""Anchors in the cluster's own etcd: without them, whoever can write to Redis could write history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jobs.anchor import Anchor, from_text, name_of, to_text
from jobs.ports import DcsUnavailable
from workers.etcd import wire
from workers.etcd.gateway import Gateway
from workers.etcd.refusal import Denied

MOST_DROPPED = 100
"""etcd takes 128 operations in a transaction (`--max-txn-ops`)."""


class EtcdAnchors:
    """jobs.ports.Anchors below `prefix` of one etcd cluster: one key an anchor, named by what it says,
    written only where there is none."""

    def __init__(
        self, gateway: Gateway, *, prefix: str, place: str = "etcd", timeout: float = 2.0
    ) -> None:
        self._gateway, self._prefix, self._place = gateway, f"{prefix}anchors/", place
        self._timeout = timeout

    def place(self, anchor: Anchor, *, instead: Sequence[Anchor] = ()) -> None:
        key = self._key(anchor)
        absent = {"key": wire.text(key), "target": "CREATE", "create_revision": "0"}
        put = {"key": wire.text(key), "value": wire.text(to_text(anchor).encode())}
        drop = [{"request_delete_range": {"key": wire.text(self._key(a))}} for a in instead]
        request = wire.transaction(
            [{"request_put": put}, *drop[:MOST_DROPPED]], compare=[{**absent, "result": "EQUAL"}]
        )
        try:
            self._gateway.write(request, timeout=self._timeout)
        except Denied as denied:
            raise self._explained(denied) from None

    def placed(self, cluster: str) -> Sequence[Anchor]:
        request = wire.prefix_range(self._folder(cluster).encode())
        try:
            answer = self._gateway.range(request, timeout=self._timeout)
        except Denied as denied:
            raise self._explained(denied) from None
        return tuple(self._read(cluster, answer.ranges[0]))

    def _read(self, cluster: str, found: Sequence[wire.KeyValue]) -> Iterator[Anchor]:
        """In the order of their numbers, as their names are. What is no anchor of this cluster is none
        that pgbaton wrote."""
        for kv in found:
            name = kv.key.decode(errors="backslashreplace")
            try:
                anchor = from_text(kv.value, place=f"{self._place} {name}")
            except ValueError as error:
                raise DcsUnavailable(str(error), f"look at it: etcdctl get {name}") from None
            if anchor.cluster == cluster:
                yield anchor

    def _folder(self, cluster: str) -> str:
        return f"{self._prefix}{cluster}/"

    def _key(self, anchor: Anchor) -> bytes:
        return f"{self._folder(anchor.cluster)}{name_of(anchor)}".encode()

    def _explained(self, denied: Denied) -> DcsUnavailable:
        """What is missing is a right to write, on a prefix that Patroni's roles do not have."""
        return DcsUnavailable(
            denied.reason,
            "grant pgbaton's role the anchors' prefix: etcdctl role grant-permission ROLE"
            f" --prefix=true readwrite {self._prefix}",
        )
