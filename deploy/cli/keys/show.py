"""`pgbaton keys show`: every key and certificate, how long it holds, and what is wrong with it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from deploy.cli.exits import Exit
from deploy.cli.keys.ground import Ground, days, ground_options, now, told
from deploy.cli.voice import say_json, voice

if TYPE_CHECKING:
    from deploy.keyring import Expiry
    from jobs.sentences import Tone


@click.command(short_help="What there is, until when it holds, and what is wrong.")
@click.option(
    "--within",
    type=click.IntRange(1, 3650),
    metavar="DAYS",
    help="Call out what ends so soon; else within 30 days (a CA: 90), or in the last third of their time.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@ground_options
def show(ground: Ground, *, within: int | None, as_json: bool) -> None:
    """Show every certificate and key that the inventory asks for: whose, until when, how many days are
    left, and its state: ok, soon, expired, early (it does not hold yet), missing, foreign (no CA of ours signed it), names (it does
    not prove what the inventory calls the machine now), unpaired (its key is another one's), unreadable,
    unannounced (its public half is not in the inventory). Exit code 1 where one is not ok.
    """
    from deploy.keyring import Keyring, expiries
    from deploy.keyring.opening import demand_private

    inventory = ground.inventory
    with told():
        if os.path.lexists(ground.folder):
            demand_private(ground.folder)
        found = expiries(Keyring(ground.folder), inventory, now(), soon=days(within))
    if as_json:
        say_json({"folder": str(ground.folder), "keys": list(map(_document, found))})
    else:
        _print(ground, found)
    raise click.exceptions.Exit(Exit.NO if any(one.wrong for one in found) else Exit.YES)


def _print(ground: Ground, found: Sequence[Expiry]) -> None:
    speak = voice()
    head: tuple[Tone, tuple[str, ...]] = ("quiet", ("what", "whose", "until", "days", "state", ""))
    speak.toned(
        [head, *((_tone(one), _row(one)) for one in found if one.what != "secret" or one.wrong)]
    )
    wrong = sum(one.wrong for one in found)
    if wrong:
        speak.line(f"{ground.folder}: {wrong} of {len(found)} are not as they should be", "bad")
    else:
        speak.line(f"{ground.folder}: all {len(found)} as they should be", "good")


def _row(one: Expiry) -> tuple[str, ...]:
    until = "" if one.until is None else f"{one.until:%Y-%m-%d}"
    left = "" if one.days is None else str(one.days)
    return (
        one.what,
        one.whose,
        until,
        left,
        one.state,
        "; ".join(filter(None, (one.note, one.remedy))),
    )


def _tone(one: Expiry) -> Tone:
    return "bad" if one.wrong else "plain"


def _document(one: Expiry) -> dict[str, object]:
    return {
        "what": one.what,
        "whose": one.whose,
        "until": None if one.until is None else one.until.isoformat(),
        "days": one.days,
        "state": one.state,
        "note": one.note,
        "remedy": one.remedy,
    }
