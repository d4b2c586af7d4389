"""What the others count: etcd its requests, Redis its commands, Linode's double whatever it was asked."""

from __future__ import annotations

import json
import re
import urllib.request
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import redis

from deploy.lab import layout

HANDLED = re.compile(
    r'^grpc_server_handled_total\{.*grpc_method="(\w+)".*grpc_service="(?:etcdserverpb|v3electionpb|v3lockpb)\.\w+".*\} (\S+)$',
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Since each of them started: etcd's requests by method, Redis' commands by name (those that scripts
    call among them), and how often Linode's API was asked."""

    etcd: Counter[str]
    redis: Counter[str]
    linode: int

    def since(self, before: Counts) -> Counts:
        """What came in between."""
        return Counts(
            etcd=self.etcd - before.etcd,
            redis=self.redis - before.redis,
            linode=self.linode - before.linode,
        )


def counted(password: str) -> Counts:
    """As it stands now."""
    return Counts(etcd=_etcd(), redis=_redis(password), linode=_linode())


def _etcd() -> Counter[str]:
    total: Counter[str] = Counter()
    for address in layout.ETCD.values():
        with urllib.request.urlopen(f"http://{address}:2379/metrics", timeout=5) as answer:
            total.update(handled(answer.read().decode()))
    return total


def handled(metrics: str) -> Mapping[str, int]:
    """Requests that one member of etcd has answered, by method; its JSON gateway's are among them."""
    found: Counter[str] = Counter()
    for method, count in HANDLED.findall(metrics):
        found[method] += int(float(count))
    return found


def _redis(password: str) -> Counter[str]:
    client = redis.Redis(host=layout.REDIS["redis"], port=layout.REDIS_PORT, password=password)
    told = client.info("commandstats")
    client.close()
    return Counter(
        {name.removeprefix("cmdstat_").upper(): int(one["calls"]) for name, one in told.items()}
    )


def _linode() -> int:
    with urllib.request.urlopen(f"{layout.LINODE_CONTROL}/_lab/requests", timeout=5) as answer:  # noqa: S310 - the lab's own
        return len(json.load(answer)["requests"])
