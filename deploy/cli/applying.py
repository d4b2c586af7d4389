"""`pgbaton nodebalancer apply`: brings one to what the inventory wants, change by change; removes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import click

from deploy.cli.desk import Desk, known_balancers
from deploy.cli.exits import Exit, Fault
from deploy.cli.linode import balancers_at, fault_of
from deploy.cli.precautions import check_can_pass, shuts_nobody_out
from deploy.cli.rehearsal import Rehearsal
from deploy.cli.showing import to_write
from deploy.cli.voice import Voice, say_json, voice
from jobs.balancer.change import Change, CreateBalancer, CreateNode
from jobs.balancer.drift import differences, repairs
from jobs.balancer.told import said
from jobs.balancer.wanted import wanted
from jobs.ports import LinodeUnavailable

if TYPE_CHECKING:
    from jobs.balancer.found import FoundBalancer
    from jobs.inventory import NodeBalancer

PASSES = 6
"""Times it is read anew: what a change brings about (a configuration's nodes, say) shows then."""


class Hands(Protocol):
    """The two of a `Balancers` that it takes."""

    def read(self, balancer: NodeBalancer, *, timeout: float) -> FoundBalancer | None: ...
    def apply(self, change: Change, *, timeout: float) -> None: ...


@dataclass(slots=True, kw_only=True)
class Applied:
    """What became of it: the changes that were made, what stands, what only people can mend, and why
    it stopped, where it did."""

    changes: list[Change] = field(default_factory=list)
    found: FoundBalancer | None = None
    left: tuple[str, ...] = ()
    fault: Fault | None = None

    @property
    def code(self) -> Exit:
        if self.fault is not None:
            return Exit(self.fault.exit_code)
        return Exit.NO if self.left else Exit.YES


@click.command(short_help="Create or mend one; removes nothing.")
@click.argument("balancer", metavar="ID")
@click.option("--plan", "planned", is_flag=True, help="Show the changes, and make none.")
@click.option("--without-mux", is_flag=True, help="Do not ask whether its check can pass.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def apply(desk: Desk, balancer: str, *, planned: bool, without_mux: bool, as_json: bool) -> None:
    """Make NodeBalancer ID of the inventory what the inventory says: created where Linode knows none
    of its label, its settings mended, missing nodes restored. What stands there besides stays.

    Exit code: 0 it is (with --plan: would be) as the inventory wants it, 1 only people can mend the
    rest; 69 Linode's API cannot be asked, 78 it refuses the token, or the check could never pass.
    """
    (name,) = known_balancers(desk, balancer)
    if not without_mux:
        check_can_pass(desk, name)
        shuts_nobody_out(desk, name)
    real = balancers_at(desk)
    hands: Hands = Rehearsal(real) if planned else real
    done = bring(desk, name, hands, _silent if as_json else _teller(planned=planned))
    if as_json:
        say_json(_document(desk, name, done, planned=planned))
        raise click.exceptions.Exit(done.code)
    if done.fault is not None:
        raise done.fault
    _print(voice(), desk, name, done, planned=planned)
    raise click.exceptions.Exit(done.code)


def _silent(what: str) -> None:
    """In a document everything is told at once."""


def _teller(*, planned: bool) -> Callable[[str], None]:
    speak, would = voice(), "would " if planned else ""
    return lambda what: speak.rows([(f"{would}{what}",)], indent=2)


def bring(desk: Desk, balancer: str, hands: Hands, tell: Callable[[str], None]) -> Applied:
    """Read, change, read again, until nothing is left to change. Each change is told when it is made;
    whatever stops it, the next run goes on from there."""
    done = Applied()
    try:
        for _ in range(PASSES):
            if not _pass(desk, balancer, hands, done, tell):
                return done
    except Fault as fault:
        done.fault = fault
        return done
    label = desk.inventory.nodebalancers[balancer].label
    reason = f"NodeBalancer {label} does not become what was written"
    done.fault = Fault(reason, f"see how it differs: pgbaton nodebalancer show {balancer}")
    return done


def _pass(
    desk: Desk, balancer: str, hands: Hands, done: Applied, tell: Callable[[str], None]
) -> bool:
    """One reading and what follows from it; False where nothing does."""
    table, want = desk.inventory.nodebalancers[balancer], wanted(desk.inventory, balancer)
    within = desk.inventory.linode.timeout
    try:
        done.found = hands.read(table, timeout=within)
    except LinodeUnavailable as error:
        raise fault_of(error) from None
    steps = repairs(want, done.found)
    for step in steps:
        _make(hands, step, within)
        done.changes.append(step)
        tell(said(step))
    done.left = tuple(str(d) for d in differences(want, done.found) if not d.mends)
    return bool(steps)


def _make(hands: Hands, step: Change, within: float) -> None:
    if isinstance(step, CreateBalancer) and step.wanted.region is None:
        raise Fault(
            f"Linode knows no NodeBalancer labelled {step.wanted.label}, and creates none without a region",
            f'write region = "us-ord", or wherever the database nodes are, in [nodebalancers.{step.wanted.id}]',
            code=Exit.CONFIG,
        )
    try:
        hands.apply(step, timeout=within)
    except LinodeUnavailable as error:
        raise fault_of(error, doing=said(step)) from None


def _print(speak: Voice, desk: Desk, name: str, done: Applied, *, planned: bool) -> None:
    count = len(done.changes)
    made = f"{count} change{'' if count == 1 else 's'} {'to make' if planned else 'made'}"
    speak.line(f"{name}: {made if count else 'nothing to change'}", "bad" if done.left else "good")
    for one in done.left:
        speak.rows([("left as it is:", one)], indent=2)
    if any(isinstance(c, CreateNode) and c.mode == "reject" for c in done.changes):
        speak.line('modes = "enforce": the workers let the leader\'s node in, and it alone.')
    if count and not planned:
        speak.line(f"In a minute, see what becomes of it: pgbaton doctor nodebalancer {name}")
    if done.found is None:
        return
    line = to_write(desk.inventory.nodebalancers[name], done.found)
    if line is not None:
        speak.line(f"Write its address into [nodebalancers.{name}] of the inventory:")
        speak.line(f"  {line}")


def _document(desk: Desk, name: str, done: Applied, *, planned: bool) -> dict[str, object]:
    found, fault = done.found, done.fault
    return {
        "balancer": name,
        "label": desk.inventory.nodebalancers[name].label,
        "id": None if found is None else found.id or None,
        "address": None if found is None else found.ipv4,
        "planned": planned,
        "changes": [said(change) for change in done.changes],
        "left": list(done.left),
        "reason": "" if fault is None else fault.message,
        "remedy": "" if fault is None else fault.remedy,
    }
