import pytest

from deploy.doctor.subjects.certificates import DAY, Hidden, Shown, judge_certificates
from tests.unit.deploy.doctor.subjects.told import DARK, told, words

NOW = 1_000 * DAY


def shown(left: float, *, life: float = 365.0, refused: str = "") -> Shown:
    """`left` and `life` in days."""
    ends = NOW + left * DAY
    return Shown(place="etcd e1", begins=ends - life * DAY, ends=ends, refused=refused)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (shown(200), {}),
        (shown(29), {"certificate-ends": "amber"}),
        (shown(6), {"certificate-ends": "red"}),
        (shown(-1), {"certificate-ended": "red"}),
        (shown(200, refused="Hostname mismatch"), {"certificate-refused": "red"}),
        (shown(1.5, life=2), {}),
        (shown(0.5, life=2), {"certificate-ends": "amber"}),
        (shown(0.1, life=2), {"certificate-ends": "red"}),
        (Hidden(place="etcd e1", unseen=DARK), {"not-seen": "amber"}),
    ],
)
def test_one_certificate(one: Shown | Hidden, expected: dict[str, str]) -> None:
    """By the days that are left; those that live shortly by a share of their life."""
    assert told(judge_certificates([one], now=NOW)) == expected


def test_the_first_to_end_is_said() -> None:
    """Of several that are well."""
    report = judge_certificates([shown(200), shown(90)], now=NOW)
    assert report.fine[0] == "2 looked at; etcd e1 ends first, in 90 days"


def test_nothing_to_look_at_is_said() -> None:
    """An inventory without TLS is no fault here."""
    assert judge_certificates([], now=NOW).fine == ("no TLS in the inventory",)


def test_a_refused_one_says_why() -> None:
    """In the words of whoever refused it."""
    report = judge_certificates([shown(9, refused="self-signed certificate")], now=NOW)
    assert "refused: self-signed certificate" in words(report, "certificate-refused")
