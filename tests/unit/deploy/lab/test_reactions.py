"""A reaction's parts compute what they claim: who is to move, when that began and ended, and what it is held against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.lab import layout
from deploy.lab.bench.families import Wish
from deploy.lab.bench.fanned.ours import Led
from deploy.lab.bench.reactions import made
from deploy.lab.bench.reactions.cluster import HOSTS, inventory_of
from deploy.lab.bench.reactions.course import CHECKED, SENT, STARTED, last_start, moved
from deploy.lab.bench.reactions.real import measure_real, rows, ten_hosts
from deploy.lab.bench.reactions.ways import haproxy_cfg
from deploy.lab.keys import make_secrets
from deploy.lab.lab import loaded
from deploy.lab.machine import LabError
from jobs.audit import Draft
from jobs.fence import Fence
from tests.unit.deploy.lab import histories

FENCE = Fence(system="1", pg_timeline=1, epoch=12)


def test_ten_hosts_follow_and_nobody_else() -> None:
    """The lab's own shops would restart beside what is measured."""
    secrets = make_secrets(
        senders=(*layout.MEMBERS, "watch", "probe"), hosts=(*layout.SHOPS, *HOSTS)
    )
    found = loaded(inventory_of(secrets))
    assert found.hosts_of(layout.CLUSTER) == tuple(HOSTS)
    assert len(HOSTS) == len(found.hosts) == 10
    assert not found.nodebalancers


def host(name: str, *, outcome: str = "changed", took: float, sent: float | None) -> Draft:
    """A host's end as the trail has it."""
    draft = histories.host(name, outcome, FENCE)
    return replace(draft, seconds=took, evidence={**draft.evidence, "sent": sent})


TOLD = [
    (20.0, host("a", took=0.5, sent=0.25)),
    (20.25, host("b", took=1.0, sent=0.75)),
]


def test_the_first_swap_and_the_last_host_count() -> None:
    """A swap went out so long after its host's begin, and the entry is the host's end."""
    assert moved(histories.chain(TOLD), 12, ["a", "b"]) == (19.75, 20.25)


def test_a_made_epoch_is_told_by_the_trail_alone() -> None:
    """Proven, begun, sent and done, each in seconds from the instant at which its key was written."""
    trail = histories.chain([(19.0, histories.confirmed("pg2", FENCE)), *TOLD])
    led = Led(epoch=FENCE.epoch, written=18.5, entries=trail)
    assert [made.proven(led), made.begun(led), made.sent(led), made.ended(led)] == [
        0.5,
        0.75,
        1.25,
        1.75,
    ]


def test_a_host_that_needed_two_tries_counts_by_its_last() -> None:
    """It follows only then."""
    again = (25.0, replace(host("a", took=0.5, sent=0.5), id="again"))
    assert moved(histories.chain([*TOLD, again]), 12, ["a", "b"]) == (20.0, 25.0)


@pytest.mark.parametrize(
    "trail",
    [
        [],
        TOLD[:1],
        [*TOLD[:1], (20.25, host("b", outcome="unchanged", took=1.0, sent=None))],
        [*TOLD[:1], (20.25, host("b", outcome="unreachable", took=1.0, sent=None))],
    ],
    ids=["none", "one-missing", "nothing-to-do", "unreachable"],
)
def test_who_was_not_moved_is_no_measurement(trail: Sequence[tuple[float, Draft]]) -> None:
    """A host that had nothing to do would make pgbaton look fast."""
    with pytest.raises(LabError, match="under epoch 12"):
        moved(histories.chain(trail), 12, ["a", "b"])


def test_entries_of_another_epoch_are_another_epoch_s() -> None:
    """What was moved before does not follow now."""
    with pytest.raises(LabError, match="under epoch 13"):
        moved(histories.chain(TOLD), 13, ["a", "b"])


OLD, NEW = "10.77.0.21", "10.77.0.22"


@pytest.mark.parametrize(
    ("second", "last"),
    [
        ([(1.0, OLD), (11.5, NEW)], 11.5),
        ([(1.0, OLD), (11.5, NEW), (14.0, NEW)], 11.5),
        ([(9.0, NEW), (11.5, OLD)], None),
        ([(1.0, OLD)], None),
        ([], None),
    ],
    ids=["once", "again", "only-before", "not-yet", "never"],
)
def test_the_last_first_start_with_the_new_address_counts(
    second: Sequence[tuple[float, str]], last: float | None
) -> None:
    """A start before the leader took writes, or with another address, is none; a second one too late."""
    assert last_start(NEW, 10.0, [[(1.0, OLD), (11.0, NEW)], second]) == last


TAKEN = {
    SENT: [0.05, 0.08, 0.4],
    STARTED: [0.5],
    CHECKED: [0.5, 1.0, 1.5],
    "haproxy": [4.0, 5.0, 6.0],
    "nodebalancer": [9.0],
    "loop": [3.0],
    "ansible": [0.9],
}


def test_each_peer_is_a_row() -> None:
    """The whole reaction against each of them, by medians; the first swap against the clock alone."""
    found = {row.name: row for row in rows(TAKEN)}
    assert {name: (row.ratio, row.held) for name, row in found.items()} == {
        "reaction-real-sent": (None, True),
        "reaction-real-haproxy": (5.0, True),
        "reaction-real-nodebalancer": (9.0, True),
        "reaction-real-ssh-loop": (3.0, True),
        "reaction-real-ansible": (0.9, False),
    }
    assert not next(row for row in rows({**TAKEN, SENT: [0.11]})).held


def test_every_value_is_shown() -> None:
    """One picture with all that was taken."""
    shown: Mapping[str, Sequence[float]] = {one.name: one.values for one in ten_hosts(TAKEN).series}
    assert list(map(list, shown.values())) == list(TAKEN.values())


def test_what_is_missing_is_told_before_anything_is_brought_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Not after minutes of measuring."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LabError, match="install ansible-core"):
        measure_real(Wish())


def test_haproxy_asks_every_member_as_patroni_s_documentation_has_it() -> None:
    """The peer is what people run, and goes to PostgreSQL without our mux between."""
    text = haproxy_cfg()
    assert "inter 3s fall 3 rise 2 on-marked-down shutdown-sessions" in text
    assert "option httpchk OPTIONS /primary" in text
    servers = [line.split() for line in text.splitlines() if line.startswith("    server ")]
    assert [(words[1], words[2]) for words in servers] == [
        (name, f"{address}:5433") for name, address in layout.MEMBERS.items()
    ]
    assert all(words[-3:] == ["check", "port", "8008"] for words in servers)
