import pytest

from deploy.doctor.subjects.clocks import Clockless, Skew, judge_clocks
from tests.unit.deploy.doctor.subjects.told import DARK, told, words

REDIS = Skew(place="redis", seconds=0.02)
WEB = Skew(place="webhook", seconds=1.2, exact=1.0)


def test_clocks_that_agree_are_green() -> None:
    """An HTTP Date names a second only: its second is no skew."""
    report = judge_clocks([REDIS, WEB], tolerance=300)
    assert (told(report), report.fine[0]) == ({}, "2 compared with ours, 0.2 s apart at most")


@pytest.mark.parametrize(
    ("seconds", "colour"), [(-4.0, "amber"), (40.0, "amber"), (200.0, "red"), (-200.0, "red")]
)
def test_one_that_is_off(seconds: float, colour: str) -> None:
    """Amber, and red once half of what the webhook tolerates is used up."""
    report = judge_clocks([REDIS, Skew(place="pg1", seconds=seconds)], tolerance=300)
    assert told(report) == {"clock": colour}
    direction = "ahead of" if seconds > 0 else "behind"
    assert words(report, "clock").startswith(f"pg1 is {abs(seconds):.0f} s {direction} us")


def test_where_all_others_are_off_we_are() -> None:
    """It is this machine's clock that is wrong, once."""
    report = judge_clocks([Skew(place=p, seconds=-61.0) for p in ("a", "b", "c")], tolerance=300)
    assert told(report) == {"clock-here": "amber"}
    assert words(report, "clock-here").startswith("every other clock is 61 s behind this one")


def test_clocks_that_nobody_saw_are_named_together() -> None:
    """One amber line for one reason."""
    report = judge_clocks(
        [REDIS, *(Clockless(place=p, unseen=DARK) for p in ("a", "b"))], tolerance=300
    )
    assert words(report, "not-seen") == "clock of a and b not seen: nobody answers → open the way"
    assert len(report.findings) == 1
