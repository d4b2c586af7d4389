"""A lab whose stale primaries are stopped, and a checker of that which can say no."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deploy.lab import layout
from deploy.lab.drill.disasters.isolated import ISOLATED, WITHIN
from deploy.lab.drill.history import History, Writing
from deploy.lab.inventory import PROFILES, inventory_toml
from deploy.lab.isolation import PORT, STOPPING
from deploy.lab.keys import make_secrets
from jobs.audit import Draft, Kind
from jobs.inventory import Inventory, load_inventory
from tests.unit.deploy.lab import histories as h

WRITES = 120.5
"""When the new leader takes its first write."""


def stopped(
    outcome: str = "isolated", *, member: str = "pg1", until: float = 124.0, again: float = 0
) -> History:
    """A drill in which pg1 took writes up to an instant, `again` at a later one, and what the trail says."""
    facts = {"member": member, "outcome": outcome, "leader": "pg2", "did": ["it was stopped"]}
    draft = Draft(id="member", kind=Kind.ISOLATION, incident="shop-36", evidence=facts)
    told = h.telling(h.GOOD, (*h.DRAFTS, (124.0, draft)))
    writing = [Writing(member="pg1", since=10.0, until=until)]
    writing += [Writing(member="pg1", since=again, until=again)] if again else []
    return replace(told, writable={"pg2": WRITES}, writing=tuple(writing))


def test_a_stale_member_that_was_stopped_holds() -> None:
    """The proof says how, and how long it took writes beside the leader."""
    checked = ISOLATED.check(stopped())
    assert checked.held
    assert checked.evidence == "it was stopped; beside the new leader for 3.5 s"


@pytest.mark.parametrize(
    ("history", "says"),
    [
        (h.GOOD, "no entry says so: none"),
        (stopped("refused"), "no entry says so: refused"),
        (stopped(member="pg3"), "others were isolated: pg3"),
        (stopped(until=WRITES + WITHIN + 1), "took writes for 16.0 s"),
        (stopped(again=WRITES + 60), "took writes for 60.0 s"),
    ],
    ids=["untold", "refused", "another", "late", "again"],
)
def test_anything_else_is_no_isolation(history: History, says: str) -> None:
    """Told and not done, done to another, done too late, undone."""
    checked = ISOLATED.check(history)
    assert not checked.held
    assert says in checked.evidence


def test_the_lab_s_inventory_says_how_members_are_reached() -> None:
    """Pinned keys and the port of a sshd that runs as PostgreSQL's owner; nothing of it otherwise."""
    hosts = (*layout.SHOPS, *layout.UNMANAGED, *layout.MEMBERS)
    secrets = make_secrets(senders=(*layout.MEMBERS, "watch", "probe"), hosts=hosts)
    text = inventory_toml(profile=PROFILES["lab"], secrets=secrets, over=STOPPING)
    loaded = load_inventory(text)
    assert isinstance(loaded, Inventory), str(loaded)
    host = loaded.member_host(layout.CLUSTER, "pg1")
    assert host is not None
    assert (host.port, host.host_keys) == (PORT, (secrets.host_keys["pg1"].ssh_public,))
    assert "machines.pg1" not in inventory_toml(profile=PROFILES["lab"], secrets=secrets)
