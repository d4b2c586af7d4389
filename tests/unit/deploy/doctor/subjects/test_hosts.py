from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from deploy.doctor.report import Report
from deploy.doctor.subjects.hosts import HostSeen, TargetSeen, judge_host
from deploy.doctor.subjects.machines import MachineSeen, ServiceSeen
from jobs.blocked import Blocked
from jobs.fence import Fence
from jobs.plan import plan_host
from jobs.remote import FileFault, FileState, HostFailure, Journal, Phase, ReadReply
from jobs.verdict import Leadership
from tests.unit.deploy.doctor.subjects.told import DARK, told, words
from tests.unit.deploy.doctor.values import record
from tests.world import ENV, make_world

FENCE = Fence(system="7", pg_timeline=2, epoch=9)
LEADS = Leadership(member="pg1", fence=FENCE, record=record("pg1"))
INVENTORY_ = make_world().inventory
SERVICE = ServiceSeen(name="store", there=True, active=True, enabled=True)
MACHINE = MachineSeen(skew=0, root=True, services={"store": SERVICE})


def reply(host: str = "10.0.0.1", **parts: Any) -> ReadReply:
    text = f"DB_HOST={host}\nDB_PORT=5433\n".encode()
    file = FileState(path=ENV, sha256=sha256(text).hexdigest(), content=text)
    well: dict[str, Any] = {
        "fence": FENCE,
        "journal": Journal(phase=Phase.CHECKED, fence=FENCE),
        "files": (file,),
    }
    return ReadReply(**well | parts)


def judged(read: Any = None, machine: Any = MACHINE, **parts: Any) -> Report:
    """web1, with what reading it gave."""
    read = reply() if read is None else read
    plan = None
    if isinstance(read, ReadReply):
        plan = plan_host(INVENTORY_, cluster="shop", host="web1", leadership=LEADS, reply=read)
    target = TargetSeen(cluster="shop", told="web1", reply=read, fence=FENCE, plan=plan)
    seen = HostSeen(
        name="web1",
        host=INVENTORY_.hosts["web1"],
        targets=[replace(target, **parts)],
        machine=machine,
        applications=[*INVENTORY_.applications.values()],
    )
    return judge_host(seen)


def test_a_host_that_points_right_is_green() -> None:
    """With where it points, and that it holds the leader's fence."""
    report = judged()
    assert told(report) == {}
    assert report.fine == (
        "points at 10.0.0.1:5433, fence held, key pinned, plain",
        "services: store",
    )


@pytest.mark.parametrize("kind", ["unreachable", "host-key", "login", "script"])
def test_a_host_that_cannot_be_asked_is_red(kind: str) -> None:
    """In the words of the workers' own hand, with its mend: another key, a refused login, no sudo."""
    failure = HostFailure(kind=kind, reason="it shows another key", remedy="compare it")
    report = judged(failure)
    assert told(report) == {f"host-{kind}": "red"}
    assert words(report, f"host-{kind}") == "it shows another key → compare it"


def service(**parts: Any) -> MachineSeen:
    return replace(MACHINE, services={"store": replace(SERVICE, **parts)})


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (judged(reply("10.0.0.2")), {"host-astray": "red"}),
        (judged(reply(fence=replace(FENCE, epoch=11))), {"host-fence": "red"}),
        (judged(reply(fence=replace(FENCE, system="8"))), {"host-fence": "red"}),
        (judged(reply(fence=replace(FENCE, epoch=5))), {"host-behind": "amber"}),
        (judged(reply(fence=None, journal=None)), {"host-new": "green"}),
        (
            judged(reply(journal=Journal(phase=Phase.WRITTEN, fence=FENCE))),
            {"host-unfinished": "amber"},
        ),
        (
            judged(plan=Blocked(where=ENV, reason="no key", remedy="add it")),
            {"host-blocked": "red"},
        ),
        (judged(fence=None, plan=None), {"not-seen": "amber"}),
        (judged(DARK), {"not-seen": "amber"}),
        (judged(machine=DARK), {"not-seen": "amber"}),
        (judged(machine=replace(MACHINE, services={})), {"not-seen": "amber"}),
        (judged(machine=service(there=False)), {"service-missing": "red"}),
        (judged(machine=service(active=False)), {"service-down": "amber"}),
        (judged(machine=service(enabled=False)), {"service-disabled": "amber"}),
    ],
)
def test_one_thing_wrong(case: Report, expected: dict[str, str]) -> None:
    """Each has a finding of its own, in its colour."""
    assert told(case) == expected


def test_a_file_that_cannot_be_read_is_red() -> None:
    """With the host's own reason, and nothing planned from it."""
    fault = FileFault(path=ENV, reason=f"{ENV} is not there", remedy="put it there")
    report = judged(reply(files=(fault,)))
    assert told(report)["host-file"] == "red"


@pytest.mark.parametrize(
    ("remote", "permitted", "expected"),
    [("aa", "bb", {}), ("old", "bb", {"remote-old": "red"}), ("aa", "", {"remote-old": "red"})],
)
def test_a_hardened_host_has_script_and_list_of_today(
    remote: str, permitted: str, expected: dict[str, str]
) -> None:
    """By their checksums: an old list forbids tomorrow's leader."""
    seen = HostSeen(
        name="web1",
        host=INVENTORY_.hosts["web1"],
        targets=[],
        machine=MachineSeen(skew=0, root=True, remote=remote, permitted=permitted),
        wanted=("aa", "bb"),
    )
    assert told(judge_host(seen)) == expected
