"""Laravel: a cached configuration, a default connection or a worker that all outlive a changed `.env`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from deploy.doctor.finding import Finding, error, warning
from deploy.doctor.subjects.machines import LaravelSeen
from jobs.inventory import Application

CACHE = ("config:cache", "config:clear", "optimize")
TOLD: Mapping[str, tuple[str, ...]] = {
    "queue": ("queue:restart",),
    "horizon": ("horizon:terminate",),
    "octane": ("octane:reload",),
    "reverb": ("reverb:restart",),
    "schedule": (),
}
"""The artisan command by which each hears that it should begin anew."""


def judge_laravel(
    seen: LaravelSeen, applications: Sequence[Application], *, leads: AbstractSet[str] = frozenset()
) -> Iterator[Finding]:
    """What of one Laravel would stay with the old leader; `applications` are its host's, `leads` the
    hosts that they should point at now, none where that is not known."""
    own = [a for a in applications if any(f.path.startswith(f"{seen.folder}/") for f in a.files)]
    after = " ".join(c for a in own for c in a.after)
    units = {s.name.removesuffix(".service") for a in applications for s in a.services}
    yield from _connection(seen)
    yield from _cached(seen, after)
    yield from _effective(seen, leads)
    yield from _runs(seen, after, units)


def _connection(seen: LaravelSeen) -> Iterator[Finding]:
    if seen.connection != "pgsql":
        has = f"is {seen.connection}" if seen.connection else "is not set"
        why = "Laravel's own default is another database: the shop does not talk to PostgreSQL at all."
        yield error(
            "laravel-connection",
            f"DB_CONNECTION {has}, must be pgsql ({seen.folder}/.env)",
            why,
            "write DB_CONNECTION=pgsql into it; then php artisan config:cache",
        )


def _cached(seen: LaravelSeen, after: str) -> Iterator[Finding]:
    if seen.cached == "none":
        return
    if not any(c in after for c in CACHE):
        what = f"its configuration is cached, and no after-command caches it anew ({seen.folder})"
        why = "With bootstrap/cache/config.php Laravel does not read .env at all: a repoint changes nothing."
        yield error(
            "laravel-cache", what, why, 'after = ["php artisan config:cache"] in its application'
        )
    if seen.cached == "older":
        what = f"its cached configuration is older than .env ({seen.folder})"
        why = "What stands in .env is not what the shop uses."
        yield error(
            "laravel-stale", what, why, "php artisan config:cache there, then restart its services"
        )


def _effective(seen: LaravelSeen, leads: AbstractSet[str]) -> Iterator[Finding]:
    """What the cached configuration really says, where PHP read it out."""
    if len(seen.effective) < 2:  # noqa: PLR2004 - a connection and its host
        return
    connection, host = seen.effective[:2]
    if connection != "pgsql" or (leads and host not in leads):
        has = f"{connection} at {host}"
        must = f", must be pgsql at {' or '.join(sorted(leads))}" if leads else ", must be pgsql"
        what = f"its cached configuration leads to {has}{must} ({seen.folder})"
        why = "That is what the shop uses, whatever .env says."
        yield error(
            "laravel-effective",
            what,
            why,
            "php artisan config:cache there, then restart its services",
        )


def _runs(seen: LaravelSeen, after: str, units: set[str]) -> Iterator[Finding]:
    for kind, unit in dict.fromkeys(seen.runs):
        told = any(c in after for c in TOLD.get(kind, ()))
        if told or unit.removesuffix(".service") in units:
            continue
        name = unit if unit != "-" else f"{kind} (of no unit)"
        what = f"{name} runs {kind} of {seen.folder}, and nothing restarts it"
        why = "It keeps the connection and the host that it started with: its jobs fail after a failover."
        command = next(iter(TOLD.get(kind, ())), "")
        remedy = (
            f'add {{ name = "{unit}" }} to services' if unit != "-" else "give it a unit of its own"
        )
        also = f', or "php artisan {command}" to after' if command else ""
        yield warning("laravel-worker", what, why, f"{remedy}{also}")
