"""Any number of misfortunes before and behind a NodeBalancer and a DNS record: all heals at the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from jobs.claims import SqlAnswer
from jobs.inventory import Address
from jobs.ports import LinodeUnavailable
from jobs.state import FOLLOWS
from tests.unit.jobs.road.climate import ADDRESS
from tests.unit.jobs.road.front import FRONT
from tests.unit.jobs.road.inventories import BEHIND_ENV, RIGHT, WRONG, versions
from tests.unit.jobs.road.plane import Plane, WatchedRecords, Witnessed
from tests.unit.jobs.test_storm import Storm
from tests.world import MEMBERS

pytestmark = pytest.mark.timeout(180)  # a busy machine is no failure

members = st.sampled_from(sorted(MEMBERS))
behind = st.sampled_from(["web2", "web3"])


class StormAtLinode(Storm):
    """The storm over a cluster that some reach through a NodeBalancer, and some by a DNS record."""

    modes: ClassVar[str] = "observe"
    versions: ClassVar[tuple[str, ...]] = versions("observe")
    addresses: ClassVar[Mapping[str, str]] = {**ADDRESS, "web3": "10.0.1.3"}

    def __init__(self) -> None:
        super().__init__()
        witnessed = Witnessed(world=self.world, wrong=self.watched.wrong)
        self.plane = Plane(witnessed=witnessed)
        self.plane.stands()
        self.records = WatchedRecords(witnessed=witnessed)
        self.records.domain("example.com")
        self.world.balancers, self.world.records = self.plane, self.records
        self.world.witness.through[FRONT] = self.plane.landings()
        for name in ("web2", "web3"):
            self.host(name).files[BEHIND_ENV] = RIGHT

    def heal(self) -> None:
        super().heal()
        self.plane.recover()
        self.plane.refuses = None
        self.plane.honest, self.plane.muxless = True, set()
        self.plane.live()
        self.records.recover()
        self.records.live()
        self.world.balancers, self.world.records = self.plane, self.records
        if self.modes == "observe":
            self._at_linode(lambda n: replace(n, mode="accept"))

    def reload(self, version: int) -> None:
        """Where an endpoint changes, so does a file."""
        moves = self._moved() != ("endpoint" not in self.versions[version])
        super().reload(version)
        for name in ("web2", "web3"):
            self.watched.edits[self.addresses[name]] += moves

    def _moved(self) -> bool:
        apps = self.world.inventory.applications
        return all(app.endpoint == "leader" for app in apps.values())

    def teardown(self) -> None:
        super().teardown()
        state, leader = self.world.ledger.state("shop"), self.world.dcs._view("shop").leader
        assert leader is not None
        fence = state.settled.fence
        assert fence is not None
        assert state.hosts[FRONT].outcome == FOLLOWS
        assert self.records.record("example.com", "db", "A") == MEMBERS[leader.member]
        assert self.records.record("example.com", "_pgbaton.db", "TXT") == f"pgbaton shop {fence}"
        if self.modes == "enforce":
            assert self.plane.accepted() == [leader.member]
        for name in ("web2", "web3"):
            assert self.host(name).fence("shop@front") == fence, name
            assert "DB_HOST=192.0.2.10\n" in self.host(name).files[BEHIND_ENV].decode()
            self._was_restarted(self.addresses[name], fence.pg_timeline)

    def _was_restarted(self, address: str, pg_timeline: int) -> None:
        """Whoever held a fence before this promotion was restarted for it."""
        held = self.watched.held[address, "shop@front"]
        if any(fence.pg_timeline != pg_timeline for fence in held):
            assert self.watched.restarts[address, "shop@front", "behind", pg_timeline], address

    # The cluster's weather, as far as it differs behind a balancer.

    @rule(member=members)
    def writes_on(self, member: str) -> None:
        """As who was demoted and did not notice: on the PostgreSQL timeline of its own time."""
        key = self.world.dcs._view("shop").leader
        pg_timeline = self.world.witness.pg_timelines["shop"]
        behind = 0 if key is not None and key.member == member else 1
        self.world.witness.sql[member] = SqlAnswer(
            in_recovery=False, read_only=False, pg_timeline=max(1, pg_timeline - behind)
        )

    @rule(member=members, works=st.integers(0, 9), writes=st.booleans())
    def fails_over_unnoticed(self, member: str, works: int, *, writes: bool) -> None:
        """The balancer goes on leading to whoever led, who may even take writes."""
        self.heal()
        self.live_on(20)
        key = self.world.dcs._view("shop").leader
        self.plane.lag()
        if writes and key is not None and key.member != member:
            self.writes_on(key.member)
        self.world.fail_over(member)
        self.world.ledger.call("shop")
        for _ in range(works):
            self.work_one()

    @rule(calm=st.booleans())
    def key_is_retaken(self, *, calm: bool) -> None:
        """Lost and taken again by the same member: another epoch without a promotion."""
        if calm:
            self.heal()
            self.live_on(20)
        key = self.world.dcs._view("shop").leader
        if key is not None and self.world.dcs.unavailable is None:
            self.world.dcs.elect("shop", key.member)
        if calm:
            self.live_on(20)

    # Linode's weather.

    @rule()
    def api_down(self) -> None:
        self.plane.break_down()
        self.records.break_down()

    @rule()
    def api_refuses(self) -> None:
        self.plane.refuses = LinodeUnavailable("Linode answers 401", "make a token", status=401)

    @rule()
    def api_up(self) -> None:
        self.plane.recover()
        self.plane.refuses = None
        self.records.recover()

    @rule()
    def token_lost(self) -> None:
        self.world.balancers = self.world.records = None

    @rule()
    def checks_lag(self) -> None:
        self.plane.lag()

    @rule()
    def checks_notice(self) -> None:
        self.plane.honest = True

    @rule(to=st.sets(members))
    def balancer_goes_to(self, to: set[str]) -> None:
        self.plane.goes_to(*to)

    @rule(member=members)
    def mux_dies(self, member: str) -> None:
        self.plane.muxless.add(member)

    @rule(member=members)
    def mux_runs(self, member: str) -> None:
        self.plane.muxless.discard(member)

    @rule(changes=st.integers(1, 4), records=st.booleans())
    def dies_at_linode(self, changes: int, *, records: bool) -> None:
        hand: Any = self.records if records else self.plane
        hand.die_after(changes)
        self.work_some()
        hand.live()

    # What people do there, and at the hosts.

    @rule(member=members, mode=st.sampled_from(["accept", "reject", "drain"]))
    def mode_set_by_hand(self, member: str, mode: str) -> None:
        self._at_linode(lambda n: replace(n, mode=mode) if n.label == member else n)

    @rule(member=members)
    def node_moved_by_hand(self, member: str) -> None:
        address = Address(host="10.9.9.9", port=5432)
        self._at_linode(lambda n: replace(n, address=address) if n.label == member else n)

    @rule(member=members)
    def node_lost(self, member: str) -> None:
        self._at_linode(lambda n: None if n.label == member else n)

    @rule()
    def check_changed_by_hand(self) -> None:
        [found] = self.plane.found.values()
        [config] = found.configs
        changed = replace(config, settings={**config.settings, "check_path": "/health"})
        self.plane.found[found.id] = replace(found, configs=(changed,))

    @rule()
    def record_changed_by_hand(self) -> None:
        [zone] = self.records.zones.values()
        changed = (replace(r, target="192.0.2.66") if r.type == "A" else r for r in zone.records)
        self.records.zones[zone.id] = replace(zone, records=tuple(changed))

    @rule(host=behind, right=st.booleans())
    def edited_behind(self, host: str, *, right: bool) -> None:
        self.watched.edits[self.addresses[host]] += 1
        self.host(host).files[BEHIND_ENV] = RIGHT if right else WRONG

    @rule(host=st.sampled_from(["web1", "web2", "web3"]))
    def looked_at_anew(self, host: str) -> None:
        """As by `repoint --host`, or where Redis lost what it knew: nobody who is right is restarted."""
        targets = self.world.inventory.targets_of("shop", host)
        self.unless_redis_is_down(lambda: self.world.ledger.forget("shop", targets, ()))
        self.unless_redis_is_down(lambda: self.world.ledger.call("shop"))

    @rule(version=st.integers(0, 4))
    def reloads(self, version: int) -> None:
        self.reload(version)

    def _at_linode(self, change: Any) -> None:
        [found] = self.plane.found.values()
        [config] = found.configs
        kept = tuple(n for n in map(change, config.nodes) if n is not None)
        self.plane.found[found.id] = replace(found, configs=(replace(config, nodes=kept),))


class StormUnderEnforce(StormAtLinode):
    """The same where pgbaton sets the modes."""

    modes: ClassVar[str] = "enforce"
    versions: ClassVar[tuple[str, ...]] = versions("enforce")


IN_BRIEF = settings(
    max_examples=70,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
TestStormAtLinode = StormAtLinode.TestCase
TestStormAtLinode.settings = IN_BRIEF
TestStormUnderEnforce = StormUnderEnforce.TestCase
TestStormUnderEnforce.settings = IN_BRIEF
