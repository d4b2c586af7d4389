"""Further clusters live beside the shop's on the same machines, at addresses and ports of their own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from deploy.lab import layout, neighbours
from deploy.lab.etcd import all_healthy, start_etcd
from deploy.lab.inventory import PROFILES
from deploy.lab.lab import Lab, open_lab
from deploy.lab.patroni import PatroniProgram
from deploy.lab.process import wait_until
from deploy.lab.setting import Setting
from tests import parts

NAME = neighbours.NAMES[0]


@pytest.fixture(scope="module")
def beside(lab_venv: Path) -> Iterator[Lab]:
    """Give a lab that knows of neighbours; only its etcd runs yet."""
    for part in ("etcd", "postgres"):
        parts.require(part)
    setting = Setting(light=len(layout.NEIGHBOURS), neighbours=True, inventory=neighbours.tables())
    program = PatroniProgram(version=4)
    with open_lab(profile=PROFILES["lab"], program=program, setting=setting) as opened:
        for name in layout.ETCD:
            start_etcd(opened.machines[name], opened.inventory)
        wait_until("etcd", all_healthy, seconds=20)
        yield opened


@pytest.mark.further
def test_a_neighbour_is_led_and_followed_on_the_shop_s_machines(beside: Lab) -> None:
    """Its first member leads and the second one follows; its host is no host of the shop's."""
    neighbours.start_member(beside, NAME, "pg1")
    wait_until("a leader", partial(neighbours.leads, NAME, "pg1"), seconds=40, step=0.2)
    neighbours.start_member(beside, NAME, "pg2")
    wait_until("a replica", partial(neighbours.streams, NAME, "pg2"), seconds=40, step=0.2)
    assert beside.hosts_of(NAME) == (layout.NEIGHBOURS[NAME],)
    assert beside.hosts_of(layout.CLUSTER) == tuple(layout.SHOPS)
    neighbours.stop(beside, NAME)
    assert not any(neighbours.leads(NAME, member) for member in layout.MEMBERS)
    neighbours.go_on(beside, NAME)
    wait_until("a leader again", partial(neighbours.leads, NAME, "pg1"), seconds=40, step=0.2)
