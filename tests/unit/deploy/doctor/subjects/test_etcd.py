from dataclasses import replace
from typing import Any

import pytest

from deploy.doctor.report import Colour
from deploy.doctor.seeing.etcd import p99
from deploy.doctor.subjects.etcd import judge_etcd
from deploy.doctor.subjects.etcd_seen import EtcdSeen, Member
from tests.unit.deploy.doctor.subjects.told import DARK, told, words

GIGA = 1 << 30
WELL = Member(
    id="1", name="e1", version="3.5.30", leads=True, has_leader=True, db=GIGA // 100,
    quota=2 * GIGA, fsync=0.004, commit=0.016, elections=1, uptime=90_000,
)  # fmt: skip


def seen(**parts: Any) -> EtcdSeen:
    """Three members that are well."""
    others = {
        f"http://e{i}:2379": replace(WELL, id=str(i), name=f"e{i}", leads=i == 1) for i in (1, 2, 3)
    }
    well: dict[str, Any] = {"name": "main", "members": others, "size": 3, "open": "no"}
    return EtcdSeen(**well | parts)


def sick(**parts: Any) -> EtcdSeen:
    """The same with one member changed."""
    return seen(members={**seen().members, "http://e1:2379": replace(WELL, **parts)})


def test_three_that_are_well_are_green() -> None:
    """With who leads, the version and the slowest disk."""
    report = judge_etcd(seen())
    assert (report.colour, told(report)) == (Colour.GREEN, {})
    assert report.fine[0] == "3 of 3 healthy, led by e1, 3.5.30"
    assert "4 ms" in report.fine[1]


@pytest.mark.parametrize(
    ("parts", "name", "colour"),
    [
        ({"alarms": ("NOSPACE",)}, "etcd-alarm", "red"),
        ({"alarms": ("CORRUPT",)}, "etcd-alarm", "red"),
        ({"db": int(1.7 * GIGA)}, "etcd-space", "amber"),
        ({"db": int(1.95 * GIGA)}, "etcd-space", "red"),
        ({"fsync": 0.032}, "etcd-disk", "amber"),
        ({"fsync": 0.256}, "etcd-disk", "red"),
        ({"commit": 0.064}, "etcd-disk", "amber"),
        ({"elections": 60, "uptime": 36_000.0}, "etcd-restless", "amber"),
        ({"has_leader": False}, "etcd-leaderless", "red"),
        ({"learner": True}, "etcd-learner", "amber"),
        ({"version": "3.5.1"}, "etcd-version", "red"),
        ({"version": "3.4.23"}, "etcd-version", "amber"),
        ({"version": "3.5.29"}, "etcd-mixed", "green"),
    ],
)  # fmt: skip
def test_one_sick_member(parts: dict[str, Any], name: str, colour: str) -> None:
    """Each trouble of one member has a finding of its own, in its colour."""
    assert told(judge_etcd(sick(**parts)))[name] == colour


def test_two_of_three_have_none_to_spare() -> None:
    """The member that is down is amber; that the next one ends everything is red."""
    report = judge_etcd(seen(members={**seen().members, "http://e3:2379": DARK}))
    assert told(report) == {"etcd-no-spare": "red", "etcd-member-down": "amber"}
    assert "http://e3:2379 gives no answer: nobody answers" in words(report, "etcd-member-down")


def test_one_of_three_is_no_quorum() -> None:
    """That is red, and says how many are needed."""
    dark = dict.fromkeys(("http://e2:2379", "http://e3:2379"), DARK)
    report = judge_etcd(seen(members={**sick(has_leader=False).members, **dark}))
    assert words(report, "etcd-no-quorum").startswith("0 of 3 members see a leader, 2 are needed")


def test_one_of_three_that_has_a_leader_is_not_alone() -> None:
    """Then a majority lives where nobody can look from here: red, and by another name."""
    dark = dict.fromkeys(("http://e2:2379", "http://e3:2379"), DARK)
    report = judge_etcd(seen(members={**seen().members, **dark}))
    assert words(report, "etcd-hidden").startswith("only 1 of 3 members can be asked from here")
    assert "etcd-no-quorum" not in told(report)


def test_nobody_there_says_what_is_not_seen() -> None:
    """Then versions, disks and alarms are amber, and the quorum red."""
    report = judge_etcd(seen(members=dict.fromkeys(seen().members, DARK), size=None))
    assert {"etcd-no-quorum": "red", "not-seen": "amber"}.items() <= told(report).items()
    assert report.fine == ()


@pytest.mark.parametrize(("size", "name"), [(1, "etcd-alone"), (4, "etcd-even")])
def test_a_size_that_is_no_good(size: int, name: str) -> None:
    """One member survives nothing, an even number no more than one fewer."""
    members = {f"http://e{i}:2379": replace(WELL, id=str(i), name=f"e{i}") for i in range(size)}
    assert told(judge_etcd(seen(members=members, size=size)))[name] == "amber"


def test_members_with_the_same_slow_disk_are_named_together() -> None:
    """One line, with the worst of their times."""
    members = {e: replace(WELL, name=e[7:9], fsync=0.016) for e in seen().members}
    report = judge_etcd(seen(members=members))
    assert words(report, "etcd-disk").startswith("e1, e2 and e3: wal_fsync p99 is up to 16 ms")


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"open": "yes", "user": "pgbaton"}, {"etcd-auth-off": "amber"}),
        ({"open": "yes", "plain": True}, {"etcd-open": "green"}),
        ({"open": "yes", "plain": False}, {}),
        ({"open": "no", "user": "pgbaton", "plain": True}, {}),
    ],
)
def test_who_may_write(parts: dict[str, Any], expected: dict[str, str]) -> None:
    """A password that etcd does not ask for is amber; a guarded or a private one is not."""
    assert told(judge_etcd(seen(**parts))) == expected


def test_a_member_that_no_endpoint_names() -> None:
    """Nobody would ask there when the others are gone."""
    report = judge_etcd(seen(unlisted=("e4",)))
    assert words(report, "etcd-unlisted").startswith("e4 is a member and no endpoint")


def test_p99_is_the_bound_of_a_bucket() -> None:
    """The smallest bound below which 99 of 100 lie; above the largest nothing more is known."""
    inf = float("inf")
    assert p99(iter([(0.01, 98.0), (0.02, 99.0), (inf, 100.0)])) == 0.02
    assert p99(iter([(0.01, 10.0), (0.02, 20.0), (inf, 100.0)])) == 0.02
    assert p99(iter([(0.01, 0.0), (inf, 0.0)])) is None
    assert p99(iter([])) is None
