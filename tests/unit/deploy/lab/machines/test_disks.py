"""What is laid on a machine's disk before it boots, and what is read there afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.lab.drill.history import UNREAD
from deploy.lab.machines.booted import journal
from deploy.lab.machines.cgroups import remove_cgroups, sweep_cgroups
from deploy.lab.machines.image import key
from deploy.lab.machines.shophost import BOOTS, boots


def test_a_shop_s_starts_are_read_from_its_disk(tmp_path: Path) -> None:
    """When, and with which DB_HOST; a line that is half written is left out, and so is a missing log."""
    assert boots(tmp_path) == []
    log = tmp_path / BOOTS.lstrip("/")
    log.parent.mkdir(parents=True)
    log.write_text("12.5 10.77.0.21\n13.25 10.77.0.22\n14.")
    assert boots(tmp_path) == [(12.5, "10.77.0.21"), (13.25, "10.77.0.22")]


def test_a_journal_that_is_not_there_counts_as_unread(tmp_path: Path) -> None:
    """A place that was to be searched for secrets and holds nothing is no proof."""
    assert journal(tmp_path).startswith(UNREAD)


def test_an_image_is_known_by_what_it_is_made_of() -> None:
    """The same packages in another order are the same image; one more is another."""
    assert key(["etcd-server", "patroni"]) == key(["patroni", "etcd-server"])
    assert key(["etcd-server", "patroni"]) != key(["etcd-server", "patroni", "haproxy"])


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Cgroups of a lab that lives and of one that is gone; of a third one, something of someone else."""
    for name in (
        "pgbaton-lab-here-pg1/payload/system.slice",
        "pgbaton-lab-gone-pg1/payload",
        "user",
    ):
        (tmp_path / "tree" / name).mkdir(parents=True)
    return tmp_path / "tree"


def test_cgroups_of_labs_that_are_gone_are_removed(tree: Path, tmp_path: Path) -> None:
    """With all below them; a living lab's stay, and everybody else's."""
    (tmp_path / "labs/lab-here").mkdir(parents=True)
    sweep_cgroups(tmp_path / "labs", (tree,))
    assert {path.name for path in tree.iterdir()} == {"pgbaton-lab-here-pg1", "user"}
    assert (tree / "pgbaton-lab-here-pg1/payload/system.slice").is_dir()


def test_a_lab_removes_its_own_cgroups(tree: Path) -> None:
    """And no other lab's."""
    remove_cgroups("lab-here", (tree,))
    assert {path.name for path in tree.iterdir()} == {"pgbaton-lab-gone-pg1", "user"}
