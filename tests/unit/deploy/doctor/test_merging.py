import json

import pytest

from deploy.doctor.evidence import Unseen
from deploy.doctor.finding import error, note, warning
from deploy.doctor.merging import merged, outside
from deploy.doctor.report import Colour, Report, not_seen, report
from deploy.doctor.subjects.hosts import HostSeen, TargetSeen, judge_host
from tests.unit.deploy.doctor.subjects.told import DARK, told, words
from tests.world import make_world

DOWN = error("down", "no quorum", "nobody can write", "start them")
OLD = warning("hook-old", "pg1: the hook is of another version", "it may be", "pgbaton push")


def test_a_report_survives_its_document() -> None:
    """What another machine prints becomes what it saw."""
    seen = report("etcd main", ["2 of 3"], [DOWN, note("open", "no password", "so it is")])
    assert Report.from_json(json.loads(json.dumps(seen.to_json()))) == seen


@pytest.mark.parametrize(
    "said", [{}, {"subject": "x", "fine": [], "findings": [{"severity": "?"}]}]
)
def test_another_document_is_none(said: dict[str, object]) -> None:
    """Whatever answers there in pgbaton's place."""
    with pytest.raises((KeyError, ValueError)):
        Report.from_json(said)


def test_what_was_seen_from_here_is_not_unseen() -> None:
    """The other machine's blind spot goes, its findings stay, and the order is its own."""
    afar = [
        report("etcd main", (), [DOWN]),
        report("hooks shop", (), [not_seen("hook of pg1", DARK)]),
        report("clocks", ["7 compared"], [not_seen("clock of pg1", DARK)]),
    ]
    here = [
        report("hooks shop", (), [OLD]),
        report("clocks", ["9 compared"], ()),
        report("keys", ["all well"], ()),
    ]
    table = merged(afar, here)
    assert [one.subject for one in table] == ["etcd main", "hooks shop", "clocks", "keys"]
    assert [told(one) for one in table] == [{"down": "red"}, {"hook-old": "amber"}, {}, {}]
    assert table[2].fine == ("7 compared", "9 compared")


@pytest.mark.parametrize(
    ("names", "inside", "told_"),
    [
        (("etcd-no-quorum", "redis-down"), ("control",), True),
        (("etcd-no-quorum",), ("control",), False),
        (("redis-down",), ("control",), False),
        (("etcd-no-quorum", "redis-down"), (), False),
    ],
)
def test_a_desk_outside_the_firewall_is_told(
    names: tuple[str, ...], inside: tuple[str, ...], *, told_: bool
) -> None:
    """Where neither answers, another machine may look; where one does, it is no matter of place."""
    seen = outside([report(n, (), [error(n, "w", "y", "r")]) for n in names], inside)
    assert (seen is not None) is told_
    if seen is not None:
        assert words(seen, "outside").endswith("→ pgbaton doctor --at control")


def test_what_nobody_saw_stays_unseen() -> None:
    """A host that the workers' own reading missed is not made up for by a look at its services."""
    target = TargetSeen(cluster="shop", told="web1", reply=DARK)
    inventory = make_world().inventory
    afar = judge_host(
        HostSeen(name="web1", host=inventory.hosts["web1"], targets=[target], machine=DARK)
    )
    [seen] = merged([afar], [report("host web1", ["services: store"], ())])
    assert [f.what for f in seen.findings] == ["files and fence on web1 not seen: nobody answers"]
    blind = Unseen(reason="no key")
    both = merged(
        [report("hooks shop", (), [not_seen("hook of a", DARK)])],
        [report("hooks shop", (), [not_seen("hook of b", blind)])],
    )
    assert [f.what for f in both[0].findings] == ["hook of b not seen: no key"]


@pytest.mark.parametrize("what", ["host web1", "where web1 must point"])
def test_a_host_is_not_green_by_its_services_alone(what: str) -> None:
    """Inside nobody came to its end with it, or knew who leads: from here only its services were seen."""
    afar, here = report("host web1", (), [not_seen(what, DARK)]), report("host web1", ["fine"], ())
    [seen] = merged([afar], [here])
    assert seen.colour is Colour.AMBER
