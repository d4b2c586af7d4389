"""What the hands ask of machines, and what they look at before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pytest

from deploy.push import Crew, Labour, Trouble, Watching
from deploy.push.changes import Deed
from deploy.push.group import groups
from deploy.push.observed import Observed
from deploy.push.steps import Doing, Switch, Turn, Work
from tests.unit.deploy.push.scene import ETCD, PG, path_of, settled, silent, site

MAIN, SHOP = groups(site())
UNIT = "etcd.service"
SHUT = Trouble(machine="etcd2", reason="a new login does not succeed", remedy="wait")
FULL = Trouble(machine="etcd3", reason="the disk is full", remedy="free space")


@dataclass
class Wire:
    """A machine that does all it is asked but `refuses`; `shut`: nobody logs in anew."""

    shut: Trouble | None = None
    refuses: str = ""
    verbs: list[str] = field(default_factory=list)
    acts: list[bytes] = field(default_factory=list)

    def ask(self, verb: str, request: bytes = b"", *, timeout: float) -> bytes | Trouble:
        self.verbs.append(verb)
        if verb == self.refuses:
            return FULL
        self.acts += [request] if verb == "act" else []
        return b"Switched over\n200" if verb == "ask" else b"done\n"

    def hold(self, who: str) -> Trouble:
        self.verbs.append("hold")
        return Trouble(machine="", reason=f"held, not by {who}", remedy="wait")

    def keep(self) -> Trouble | None:
        self.verbs.append("keep")
        return self.shut


@dataclass
class Looks:
    """How the members are; those named have never been well, or are not any more after a deed."""

    sick: tuple[str, ...] = ()

    def read(self, machines: Iterable[str], *, whole: bool = True) -> Mapping[str, Observed]:
        assert not whole, "between steps only units and servers matter"
        found = {m: settled(site()[m]) for m in machines}
        return {m: silent(one) if m in self.sick else one for m, one in found.items()}


def did(
    step: Doing, *, sick: tuple[str, ...] = (), shut: str = "", full: str = ""
) -> tuple[tuple[Trouble, ...], dict[str, Wire]]:
    """The troubles of a step, and what each machine was asked."""
    wires = {m: Wire(shut=SHUT if m == shut else None) for m in (*ETCD, *PG)}
    for machine in filter(None, [full]):
        wires[machine].refuses = "put"
    crew = Crew(site=site(), links=wires)  # type: ignore[arg-type]
    watching = Watching(crew=Looks(sick), patience=0, sleep=lambda _: None)
    return Labour(crew=crew, watching=watching).do(step), wires


def restart(machine: str) -> Work:
    turn = Turn(machine=machine, files=(path_of(UNIT),), deeds={UNIT: "restart"})
    return Work(class_="etcd", turns=(turn,), takes=MAIN, proves=MAIN)


def test_a_push_of_one_member_holds_all_of_its_group() -> None:
    """Another push, of another member, could take that one away in the same moment."""
    wires = {m: Wire() for m in site()}
    refused = Crew(site=site(), links=wires).hold(["etcd2", "shop1"], by="me")  # type: ignore[arg-type]
    assert set(refused) == {*ETCD, "shop1"}
    assert [m for m, wire in wires.items() if wire.verbs] == [*ETCD, "shop1"]


def test_files_then_units() -> None:
    """One machine is asked twice, the others of its group not at all."""
    troubles, wires = did(restart("etcd1"))
    assert not troubles
    assert [wires[m].verbs for m in ETCD] == [["put", "act"], [], []]


@pytest.mark.parametrize(("deed", "how"), [("restart", "wait"), ("start", "leave")])
def test_a_restart_is_waited_for(deed: Deed, how: str) -> None:
    """Else the next look finds the former run still well. A first start, however, may need the others'."""
    turn = Turn(machine="etcd1", deeds={UNIT: deed})
    _, wires = did(Work(class_="etcd", turns=(turn,), proves=MAIN))
    assert wires["etcd1"].acts == [f"unit {UNIT} {deed} {how} keep\nend\n".encode()]


def test_the_plan_is_older_than_the_quorum() -> None:
    """Another member is away by now: nothing is put and nothing restarted."""
    (trouble,), wires = did(restart("etcd1"), sick=("etcd2",))
    assert "would have no quorum" in trouble.reason
    assert not wires["etcd1"].verbs


def test_who_does_not_come_back_ends_it() -> None:
    """The restarted member itself is not well in time: that is a trouble."""
    (trouble,), wires = did(restart("etcd1"), sick=("etcd1",))
    assert trouble.machine == "etcd1"
    assert "is not well after" in trouble.reason
    assert wires["etcd1"].verbs == ["put", "act"]


def test_a_reload_does_not_wait_for_whom_it_did_not_touch() -> None:
    """A member that was away before is not waited for."""
    turn = Turn(machine="etcd1", deeds={UNIT: "reload"})
    assert did(Work(class_="etcd", turns=(turn,), proves=MAIN), sick=("etcd3",))[0] == ()


def test_a_switchover_is_over_when_another_leads() -> None:
    """Patroni's own yes is no proof: it still leads, and that is said."""
    (trouble,), wires = did(Switch(group=SHOP, leader="pg1"))
    assert wires["pg1"].verbs == ["ask"]
    assert trouble.reason.startswith("cluster shop was asked to switch over, and is not well")
    assert not did(Switch(group=SHOP, leader="pg2"))[0], "pg1 leads"


def test_a_door_is_guarded_before_and_kept_after() -> None:
    """Every machine whose turn may shut its door; one that does so is a trouble, the others keep theirs."""
    turns = tuple(Turn(machine=m, files=(path_of(UNIT),)) for m in ETCD)
    troubles, wires = did(Work(class_="ground", turns=turns, reaches=True), shut="etcd2")
    assert troubles == (SHUT,)
    assert {tuple(wires[m].verbs) for m in ETCD} == {("guard", "put", "keep")}
    troubles, wires = did(Work(class_="ground", turns=turns, reaches=True), full="etcd3")
    assert troubles == (FULL,)
    assert wires["etcd1"].verbs[-1] == "keep", "it must not undo what came about here"
    assert wires["etcd3"].verbs == ["guard", "put"]
