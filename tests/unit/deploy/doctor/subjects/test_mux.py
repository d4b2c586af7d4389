import pytest

from deploy.doctor.subjects.mux import MuxSeen, judge_mux
from jobs.balancer.found import Knock
from tests.unit.deploy.doctor.subjects.told import told

YES, NO = Knock(kind="http", status=200), Knock(kind="http", status=503)
REFUSED = Knock(kind="refused", reason="Connection refused")


@pytest.mark.parametrize(
    ("knocks", "expected"),
    [
        ({"pg1": YES, "pg2": NO}, {}),
        ({"pg1": NO, "pg2": NO}, {"mux-denies": "red"}),
        ({"pg1": YES, "pg2": YES}, {"mux-lies": "red"}),
        ({"pg1": REFUSED, "pg2": NO}, {"mux-down": "red"}),
        ({"pg1": YES, "pg2": REFUSED}, {"mux-down": "amber"}),
    ],
)
def test_each_port(knocks: dict[str, Knock], expected: dict[str, str]) -> None:
    """The leader alone says yes; a standby that is deaf is the next outage, not this one."""
    seen = MuxSeen(cluster="shop", port=5432, knocks=knocks, leader="pg1")
    assert told(judge_mux(seen)) == expected
