"""Writing Patroni's keys, into the fake and into etcd alike: without it, each would need a suite of its own."""

import json
from collections.abc import Callable
from typing import Protocol

from jobs.claims import BrokenRecord, MemberRecord
from jobs.ports import Dcs, ScopeRef
from tests.fakes.dcs import FakeDcs
from workers.etcd import EtcdDcs, Gateway

SECONDS = 20.0
LEASE = 900
"""Seconds that a leadership lasts, which nobody renews: longer than any test, however busy the machine."""


class Pen(Protocol):
    """What Patroni does to its keys."""

    dcs: Dcs

    def elect(self, scope: ScopeRef, member: str, *, leased: bool = True) -> None: ...
    def renew(self, scope: ScopeRef, member: str) -> None: ...
    def vacate(self, scope: ScopeRef) -> None: ...
    def record(self, scope: ScopeRef, record: MemberRecord) -> None: ...
    def spoil(self, scope: ScopeRef, name: str) -> None: ...
    def configure(self, scope: ScopeRef, **switches: bool) -> None: ...
    def initialize(self, scope: ScopeRef, identifier: str) -> None: ...
    def ask_for_another(self, scope: ScopeRef) -> None: ...
    def take_up(self, scope: ScopeRef) -> None: ...
    def break_down(self) -> None: ...


class FakePen:
    def __init__(self) -> None:
        self.fake = FakeDcs()
        self.dcs: Dcs = self.fake

    def elect(self, scope: ScopeRef, member: str, *, leased: bool = True) -> None:
        self.fake.elect(scope.cluster, member, lease=7 if leased else 0)

    def renew(self, scope: ScopeRef, member: str) -> None:
        self.fake.put_leader(scope.cluster, member, lease=8)

    def vacate(self, scope: ScopeRef) -> None:
        self.fake.delete_leader(scope.cluster)

    def record(self, scope: ScopeRef, record: MemberRecord) -> None:
        self.fake.put_member(scope.cluster, record)

    def spoil(self, scope: ScopeRef, name: str) -> None:
        self.fake.put_member(scope.cluster, BrokenRecord(name=name, reason="not JSON"))

    def configure(self, scope: ScopeRef, **switches: bool) -> None:
        self.fake.configure(scope.cluster, **switches)

    def initialize(self, scope: ScopeRef, identifier: str) -> None:
        self.fake.initialize(scope.cluster, identifier or None)

    def ask_for_another(self, scope: ScopeRef) -> None:
        self.fake.ask_for_another(scope.cluster)

    def take_up(self, scope: ScopeRef) -> None:
        self.fake.take_up(scope.cluster)

    def break_down(self) -> None:
        self.fake.break_down()


class EtcdPen:
    """Writes as Patroni does; `break_down` makes the endpoint one where nobody listens."""

    def __init__(self, gateway: Gateway, elsewhere: Callable[[], Gateway]) -> None:
        self.gateway = gateway
        self._elsewhere = elsewhere
        self.dcs: Dcs = EtcdDcs(gateway)

    def elect(self, scope: ScopeRef, member: str, *, leased: bool = True) -> None:
        self.vacate(scope)
        lease = self.gateway.grant(seconds=LEASE, timeout=SECONDS) if leased else 0
        self.put(scope, "leader", member.encode(), lease=lease)

    def renew(self, scope: ScopeRef, member: str) -> None:
        lease = self.gateway.grant(seconds=LEASE, timeout=SECONDS)
        self.put(scope, "leader", member.encode(), lease=lease)

    def vacate(self, scope: ScopeRef) -> None:
        self.gateway.delete(f"{scope.path}leader".encode(), timeout=SECONDS)

    def record(self, scope: ScopeRef, record: MemberRecord) -> None:
        body: dict[str, object] = {"conn_url": record.conn_url, "api_url": record.api_url}
        body |= {"state": record.state, "role": record.role, "timeline": record.pg_timeline}
        if record.proxy_url:
            body["proxy_url"] = record.proxy_url
        self.put(scope, f"members/{record.name}", json.dumps(body).encode())

    def spoil(self, scope: ScopeRef, name: str) -> None:
        self.put(scope, f"members/{name}", b'{"conn_url": ')

    def configure(self, scope: ScopeRef, **switches: bool) -> None:
        config: dict[str, object] = {"ttl": 30, "pause": switches.get("paused", False)}
        config["failsafe_mode"] = switches.get("failsafe", False)
        if switches.get("standby_cluster"):
            config["standby_cluster"] = {"host": "elsewhere.example", "port": 5432}
        self.put(scope, "config", json.dumps(config).encode())

    def initialize(self, scope: ScopeRef, identifier: str) -> None:
        self.put(scope, "initialize", identifier.encode())

    def ask_for_another(self, scope: ScopeRef) -> None:
        self.put(scope, "failover", b'{"leader": "pg0", "member": "pg1"}')

    def take_up(self, scope: ScopeRef) -> None:
        self.put(scope, "failover", b"{}")

    def break_down(self) -> None:
        self.dcs = EtcdDcs(self._elsewhere())

    def put(self, scope: ScopeRef, key: str, value: bytes, *, lease: int = 0) -> None:
        self.gateway.put(f"{scope.path}{key}".encode(), value, timeout=SECONDS, lease=lease)
