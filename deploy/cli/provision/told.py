"""What provisioning would do or did, as a table that people read, or as one document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deploy.cli.exits import Exit, Fault
from deploy.cli.voice import Voice

if TYPE_CHECKING:
    from deploy.provision import Item, Note, Offer, Price, Verdict, Wanted
    from deploy.provision.steps import Step
    from jobs.sentences import Tone

TONES: Mapping[Verdict, Tone] = {
    "create": "good",
    "change": "good",
    "leave": "quiet",
    "differs": "bad",
    "foreign": "bad",
}
MARKS: Mapping[Verdict, str] = {
    "create": "+",
    "change": "~",
    "leave": " ",
    "differs": "!",
    "foreign": "x",
}


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of a run. `items` is how all stands after it, or with `planned` before it. `fault` is
    what stopped it, `unwritten` why its notes could not be written into the inventory."""

    want: Wanted
    offer: Offer
    planned: bool
    items: tuple[Item, ...]
    made: list[Step] = field(default_factory=list)
    notes: tuple[Note, ...] = ()
    waiting: tuple[str, ...] = ()
    fault: Fault | None = None
    wrote: str | None = None
    unwritten: Fault | None = None

    @property
    def foreign(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.verdict == "foreign")

    @property
    def code(self) -> Exit:
        if self.fault is not None:
            return Exit(self.fault.exit_code)
        if self.unwritten is not None:
            return Exit(self.unwritten.exit_code)
        if self.foreign:
            return Exit.CONFIG
        if self.waiting:
            return Exit.UNFINISHED
        settled = all(item.verdict == "leave" for item in self.items)
        return Exit.YES if settled else Exit.NO


def show(speak: Voice, outcome: Outcome) -> None:
    """The table, what it costs, and what is to be done now; of a run that was stopped only what is
    known for certain."""
    if outcome.fault is not None:
        return
    rows = [(TONES[item.verdict], _row(item, outcome)) for item in outcome.items]
    speak.toned(rows)
    speak.line()
    speak.line(_verdict(outcome), "good" if outcome.code is Exit.YES else "plain")
    speak.line(_cost(outcome), "quiet")
    for line in _advice(outcome):
        speak.line(line)


def document(outcome: Outcome) -> dict[str, object]:
    """The same for scripts."""
    from deploy.provision.steps import told

    total, fault = _total(outcome), outcome.fault or outcome.unwritten
    return {
        "region": outcome.want.region,
        "planned": outcome.planned,
        "items": [_item(item, outcome) for item in outcome.items],
        "made": [told(step) for step in outcome.made],
        "monthly": None if total is None else round(total.monthly, 2),
        "hourly": None if total is None else round(total.hourly, 4),
        "waiting": list(outcome.waiting),
        "notes": [{"table": list(n.table), "key": n.key, "value": n.value} for n in outcome.notes],
        "wrote": outcome.wrote,
        "reason": "" if fault is None else fault.message,
        "remedy": "" if fault is None else fault.remedy,
    }


def _row(item: Item, outcome: Outcome) -> tuple[str, ...]:
    price = _price(item, outcome)
    cost = "" if item.price is None else "?" if price is None else f"${price.monthly:.2f}"
    mark = MARKS[item.verdict]
    kind = item.kind.removesuffix(" group")
    return (f"{mark} {item.verdict}", kind, item.label, cost.rjust(6), item.detail)


def _item(item: Item, outcome: Outcome) -> dict[str, object]:
    price = _price(item, outcome)
    return {
        "kind": item.kind,
        "label": item.label,
        "verdict": item.verdict,
        "reason": str(item.reason),
        "detail": item.detail,
        "monthly": None if price is None else price.monthly,
        "hourly": None if price is None else price.hourly,
    }


def _price(item: Item, outcome: Outcome) -> Price | None:
    if item.price is None:
        return None
    backups = item.kind == "Linode" and any(one.backups for one in outcome.want.linodes)
    return outcome.offer.price(item.price, outcome.want.region, backups=backups)


def _total(outcome: Outcome) -> Price | None:
    """Each thing once, however many lines it has; None where a price is not known."""
    priced = {(i.kind, i.label): _price(i, outcome) for i in outcome.items if i.price is not None}
    from deploy.provision import Price

    total = Price(monthly=0.0, hourly=0.0)
    for price in priced.values():
        if price is None:
            return None
        total += price
    return total


def _verdict(outcome: Outcome) -> str:
    if outcome.foreign:
        names = ", ".join(f"{item.kind} {item.label}" for item in outcome.foreign)
        so_far = (
            f"Stopped after {len(outcome.made)} steps" if outcome.made else "Nothing was created"
        )
        return f"{'Nothing would be created' if outcome.planned else so_far}: somebody else's is {names}."
    counts = {v: sum(i.verdict == v for i in outcome.items) for v in TONES}
    if outcome.planned:
        return (
            f"To create: {counts['create']}, to change: {counts['change']}, "
            f"as wanted: {counts['leave']}, left though it differs: {counts['differs']}."
        )
    if stuck := counts["create"] + counts["change"]:
        return f"{stuck} could not be made: what differs is in the way. Put that right at Linode first."
    made = f"{len(outcome.made)} step{'' if len(outcome.made) == 1 else 's'} made"
    return f"{made if outcome.made else 'Nothing to do'}; {counts['leave']} as wanted, {counts['differs']} left though they differ."


def _cost(outcome: Outcome) -> str:
    total = _total(outcome)
    if total is None:
        return "What it costs is not known: Linode gives no price for some of it."
    return (
        f"All of it in {outcome.want.region}: about ${total.monthly:,.2f} a month (${total.hourly:.3f} an hour), "
        f"without taxes and traffic beyond what is included."
    )


def _advice(outcome: Outcome) -> Iterator[str]:
    for item in outcome.foreign:
        yield f"{item.kind} {item.label}: {item.detail}. If it is yours, {_adopt(item, outcome)}; else choose another [provision] prefix."
    if outcome.waiting:
        yield f"Not running yet: {', '.join(outcome.waiting)}. Run it again to wait on."
    if outcome.wrote is not None:
        yield f"Written into {outcome.wrote}:"
    elif outcome.notes:
        instead = "" if outcome.unwritten else ", or let --write do it"
        yield f"Write into the inventory{instead}:"
    yield from (f"  {note}" for note in outcome.notes)
    if not outcome.planned and outcome.code is Exit.YES and outcome.made:
        yield "Next: pgbaton push"


def _adopt(item: Item, outcome: Outcome) -> str:
    if item.kind == "VPC":
        return 'begin its description with "made by pgbaton provision"'
    if item.kind == "placement group":
        return "take the others out of it"
    return f'give it the tag "{outcome.want.tags[0]}" at Linode'
