from dataclasses import replace

import pytest

from deploy.doctor.report import COLOURS
from deploy.doctor.subjects.laravel import judge_laravel
from deploy.doctor.subjects.machines import LaravelSeen
from jobs.inventory import Application, File, Service

WELL = LaravelSeen(folder="/srv/shop", connection="pgsql", cached="newer")
SHOP = Application(
    cluster="shop",
    hosts=("web1",),
    files=(File(path="/srv/shop/.env", keys={"DB_HOST": "{host}"}),),
    after=("php artisan config:cache", "php artisan queue:restart"),
    services=(Service(name="php8.2-fpm"), Service(name="octane")),
)
BARE = SHOP.model_copy(update={"after": ()})


def told(seen: LaravelSeen, application: Application = SHOP) -> dict[str, str]:
    return {f.name: COLOURS[f.severity] for f in judge_laravel(seen, [application])}


@pytest.mark.parametrize(
    ("seen", "application", "expected"),
    [
        (WELL, SHOP, {}),
        (replace(WELL, connection=""), SHOP, {"laravel-connection": "red"}),
        (replace(WELL, connection="mysql"), SHOP, {"laravel-connection": "red"}),
        (replace(WELL, cached="older"), SHOP, {"laravel-stale": "red"}),
        (WELL, BARE, {"laravel-cache": "red"}),
        (replace(WELL, cached="none"), BARE, {}),
        (replace(WELL, runs=(("queue", "q.service"),)), SHOP, {}),
        (replace(WELL, runs=(("octane", "octane.service"),)), SHOP, {}),
        (replace(WELL, runs=(("horizon", "h.service"),)), SHOP, {"laravel-worker": "amber"}),
        (replace(WELL, cached="none", runs=(("queue", "-"),)), BARE, {"laravel-worker": "amber"}),
    ],
)
def test_what_would_stay_with_the_old_leader(
    seen: LaravelSeen, application: Application, expected: dict[str, str]
) -> None:
    """A worker is fine where artisan tells it, or where its unit is among the restarted services."""
    assert told(seen, application) == expected


@pytest.mark.parametrize(
    ("effective", "colours"),
    [
        ((), {}),
        (("pgsql", "10.0.0.1", "5432"), {}),
        (("pgsql", "10.0.0.9", "5432"), {"laravel-effective": "red"}),
        (("mysql", "10.0.0.1", "3306"), {"laravel-effective": "red"}),
    ],
)
def test_what_the_cache_says_is_what_counts(
    effective: tuple[str, ...], colours: dict[str, str]
) -> None:
    """Where PHP read it out, it must lead to where the application should point."""
    found = judge_laravel(replace(WELL, effective=effective), [SHOP], leads=frozenset({"10.0.0.1"}))
    assert {f.name: COLOURS[f.severity] for f in found} == colours


def test_the_mend_names_unit_and_command() -> None:
    """Both ways to restart it."""
    [found] = judge_laravel(replace(WELL, runs=(("horizon", "h.service"),)), [SHOP])
    assert (
        found.remedy
        == 'add { name = "h.service" } to services, or "php artisan horizon:terminate" to after'
    )
