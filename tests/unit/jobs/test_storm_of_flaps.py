"""Any number of misfortunes while returns are held back: the invariants hold at every step, and all heals at the end."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from jobs.flapping import Release, held_by
from jobs.remembered import release_name, release_text
from tests.unit.jobs.road.climate import VERSIONS
from tests.unit.jobs.test_storm import Storm, members

POLICY = """scope = "shop"
probe = { user = "pgbaton" }
flapping = { changes = 2, within = 600, calm = 20 }
"""
FLAPPING = tuple(text.replace('scope = "shop"\n', POLICY) for text in VERSIONS[:2])


class StormOfFlaps(Storm):
    """The same weather over a cluster whose returns are held back from the second change on; the third
    inventory asks for no hold."""

    versions = (*FLAPPING, VERSIONS[2])

    @rule(member=members, other=members, seconds=st.sampled_from([1.0, 8.0, 19.0]))
    def goes_to_and_fro(self, member: str, other: str, seconds: float) -> None:
        """Each is followed or held before the next."""
        self.heal()
        for leader in (member, other, member):
            self.world.fail_over(leader)
            self.live_on(seconds)

    @rule()
    def releases(self) -> None:
        self.unless_redis_is_down(self._release)

    def _release(self) -> None:
        hold = held_by(self.world.ledger.state("shop"))
        if hold is not None:
            word = release_text(Release(epoch=hold.epoch, by="dba", why="go"))
            self.world.ledger.remember(release_name("shop"), word)


TestStormOfFlaps = StormOfFlaps.TestCase
TestStormOfFlaps.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
