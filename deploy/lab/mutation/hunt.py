"""One mutant's whole road: a fresh copy, broken, looked at by one group of tests after the other."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from deploy.lab.mutation.catching import Bench, UnfitError, apply
from deploy.lab.mutation.checkout import Checkout
from deploy.lab.mutation.course import Catchers
from deploy.lab.mutation.mutant import Mutant
from deploy.lab.mutation.outcome import Caught, Outcome, Survived, Unfit

AGAIN_WITHIN = 120.0
"""Seconds for one test to fail a second time."""


def hunt(
    mutant: Mutant, clean: Checkout, *, place: Path, catchers: Iterable[Catchers], bench: Bench
) -> Outcome:
    """Break a copy at `place`, and ask until somebody notices."""
    shutil.rmtree(place, ignore_errors=True)
    copy = clean.copy(place)
    if refused := apply(mutant.patch, copy.root):
        return Unfit(reason=f"the patch does not apply: {refused}", remedy="renew the patch")
    try:
        return _noticed(copy, catchers, bench)
    except UnfitError as error:
        return Unfit(reason=str(error), remedy="break less, or look at the tests themselves")


def _noticed(copy: Checkout, catchers: Iterable[Catchers], bench: Bench) -> Outcome:
    """A test that fails once only fails for another reason: the next ones are asked."""
    for group in catchers:
        failed = bench.first_failing(copy, group)
        if failed and bench.failing(copy, [failed], within=AGAIN_WITHIN):
            return Caught(by=failed)
    return Survived()
