"""What every drill came to, one JSON line each: repeated runs add up, and go on where they stopped."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

from deploy.lab.drill.keepsake import DRILLS
from deploy.lab.machine import CHECKOUT

RESULTS = DRILLS / "results.jsonl"
PRODUCT = ("webhook", "workers", "jobs", "deploy")
BESIDE = (CHECKOUT / "deploy/lab", CHECKOUT / "deploy/setup")
"""What plays the product, and what sets a checkout up, are not part of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Which drill of which product: results of the same trial add up. `product` and `scene` are digests
    of what was tried, and of the file that plays it."""

    drill: str
    profile: str
    patroni: int
    endpoint: str | None
    product: str
    scene: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One drill's end. `at` is seconds since 1970, `seconds` what it took with the lab's rise; `broken`
    names what did not hold, `times` and `orders` are the report's."""

    trial: Trial
    at: float
    seconds: float
    passed: bool
    broken: Sequence[str] = ()
    times: Mapping[str, float | None] = field(default_factory=dict)
    orders: Mapping[str, int] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)


def scene_digest(act: Callable[..., object]) -> str:
    """A digest of the file that plays a disaster."""
    plain = act.func if isinstance(act, partial) else act
    source = inspect.getsource(inspect.getmodule(plain) or plain)
    return hashlib.sha256(source.encode()).hexdigest()[:12]


@cache
def product_digest() -> str:
    """A digest of every file of the product."""
    digest = hashlib.sha256()
    for path in sorted(_product_files()):
        digest.update(f"{path.relative_to(CHECKOUT)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _product_files() -> Iterator[Path]:
    for folder in PRODUCT:
        for path in (CHECKOUT / folder).rglob("*"):
            kept = path.is_file() and "__pycache__" not in path.parts
            if kept and not any(map(path.is_relative_to, BESIDE)):
                yield path


def read_results(path: Path = RESULTS) -> tuple[Result, ...]:
    """Every result so far, oldest first; a line that is not whole is left out."""
    lines = path.read_text().splitlines() if path.exists() else []
    return tuple(one for one in map(_read, lines) if one is not None)


def _read(line: str) -> Result | None:
    try:
        raw = json.loads(line)
        return Result(**{**raw, "trial": Trial(**raw["trial"])})
    except (ValueError, TypeError, KeyError):
        return None


def add_result(result: Result, path: Path = RESULTS) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps(asdict(result)) + "\n")


def of_trial(results: Iterable[Result], trial: Trial) -> tuple[Result, ...]:
    return tuple(one for one in results if one.trial == trial)
