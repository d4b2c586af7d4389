"""Each preset expands to what its kind of application needs."""

import pytest

from deploy.remote import permitted
from deploy.remote.hardened import Permitted, remote_list
from jobs.inventory import Application
from jobs.presets import PRESETS
from tests.unit.jobs.presets.inventories import application, inventory

LEAST = {
    "laravel": 'path = "/var/www/shop"',
    "django": 'path = "/srv/shop"\nservice = "shop"',
    "rails": 'path = "/srv/shop"',
    "gunicorn": 'file = "/etc/shop/env"\nservice = "shop"',
    "uwsgi": 'file = "/etc/shop/env"',
    "dotenv": 'file = "/srv/shop/.env"',
    "systemd-environment": 'file = "/etc/default/shop"\nservice = "shop"',
    "pgbouncer": 'databases = ["shop"]',
}
"""What each of them must be told, and no more."""


def of(name: str, more: str = "") -> Application:
    return application(f'preset = "{name}"\n{LEAST[name]}\n{more}')


def keys(app: Application) -> dict[str, str]:
    [file] = app.files
    return dict(file.keys)


def services(app: Application) -> list[str]:
    return [service.name for service in app.services]


HOST_AND_PORT = {"DB_HOST": "{host}", "DB_PORT": "{port}"}


def test_every_preset_is_tried_here() -> None:
    """A new preset needs its lines above."""
    assert list(LEAST) == list(PRESETS)


@pytest.mark.parametrize("name", LEAST)
def test_the_least_that_is_said_gives_an_application(name: str) -> None:
    """It says what kind it is, has one file that follows the leader, and a hardened host gets a list."""
    found = inventory(f'preset = "{name}"\n{LEAST[name]}\n')
    app = found.applications["shop"]
    assert app.kind == name
    [file] = app.files
    assert any(template in {"{host}", "{url}"} for template in file.keys.values())
    allowed = permitted(found, "shop", "web1")
    assert isinstance(allowed, Permitted)
    assert allowed.after == app.after
    assert list(allowed.checks) == [check for check in [app.check] if check]
    assert remote_list([allowed]).isascii()


def test_laravel() -> None:
    """.env, DB_CONNECTION demanded, cache and queue, PHP-FPM, and artisan asked what it sees."""
    app = of("laravel")
    [file] = app.files
    assert (file.path, file.format) == ("/var/www/shop/.env", "dotenv")
    assert keys(app) == HOST_AND_PORT
    assert file.demands == {"DB_CONNECTION": "pgsql"}
    assert app.after == ("php artisan config:cache", "php artisan queue:restart")
    assert services(app) == ["php8.2-fpm"]
    assert app.check is not None
    assert app.check.startswith("seen=$(php artisan config:show database.connections.pgsql.host |")


def test_laravel_with_all_its_parts() -> None:
    """Horizon, Octane and others are restarted; another PHP, read and write hosts, a page that answers."""
    app = of(
        "laravel",
        'php = "/usr/bin/php8.3"\nfpm = "php8.3-fpm"\nhorizon = "horizon"\noctane = "octane"\n'
        'restart = ["shop-queue@1", "shop-reverb"]\nread_key = "DB_READ"\nwrite_key = "DB_WRITE"\n'
        'up = "http://127.0.0.1/up?a=1&b=2"\n',
    )
    assert keys(app) == {**HOST_AND_PORT, "DB_WRITE": "{host}", "DB_READ": "{read_hosts}"}
    assert app.after[0] == "/usr/bin/php8.3 artisan config:cache"
    assert services(app) == ["php8.3-fpm", "horizon", "octane", "shop-queue@1", "shop-reverb"]
    assert app.check is not None
    assert "database.connections.pgsql.write.host" in app.check
    assert app.check.endswith(
        " && curl -fsS -o /dev/null --max-time 2 'http://127.0.0.1/up?a=1&b=2'"
    )


def test_laravel_without_parts() -> None:
    """What is false is neither run, nor restarted, nor demanded, nor read back."""
    app = of("laravel", "fpm = false\nconfig_cache = false\nqueue = false\nconnection = false\n")
    assert (app.after, app.services, app.check) == ((), (), None)
    assert app.files[0].demands == {}


def test_laravel_with_a_url() -> None:
    """The one key that holds the URL takes the place of host and port."""
    app = of("laravel", 'url_key = "DB_URL"\n')
    assert keys(app) == {"DB_URL": "{url}"}
    assert app.check is not None
    assert "database.connections.pgsql.url" in app.check


def test_django() -> None:
    """A URL in .env, or host and port, or a YAML file; its Python tells the host in use."""
    assert keys(of("django")) == {"DATABASE_URL": "{url}"}
    assert services(of("django")) == ["shop"]
    assert keys(of("django", "url_key = false\n")) == HOST_AND_PORT
    yaml = of("django", 'yaml = "config/settings.yml"\npython = "venv/bin/python"\n')
    assert (yaml.files[0].path, yaml.files[0].format) == ("/srv/shop/config/settings.yml", "yaml")
    assert keys(yaml) == {"DATABASES.default.HOST": "{host}", "DATABASES.default.PORT": "{port}"}
    assert yaml.check is not None
    assert yaml.check.startswith("seen=$(venv/bin/python manage.py shell -v 0 -c ")


def test_rails() -> None:
    """database.yml, of several databases one, or a URL in .env."""
    app = of("rails")
    assert (app.files[0].path, app.files[0].format) == ("/srv/shop/config/database.yml", "yaml")
    assert keys(app) == {"production.host": "{host}", "production.port": "{port}"}
    assert services(app) == ["puma"]
    primary = of("rails", 'environment = "staging"\ndatabase = "primary"\n')
    assert keys(primary) == {"staging.primary.host": "{host}", "staging.primary.port": "{port}"}
    url = of("rails", 'url_key = "DATABASE_URL"\nrails = "bin/rails"\n')
    assert (url.files[0].path, keys(url)) == ("/srv/shop/.env", {"DATABASE_URL": "{url}"})
    assert url.check is not None
    assert url.check.startswith("seen=$(RAILS_ENV=production bin/rails runner ")


@pytest.mark.parametrize(
    ("name", "restarted"),
    [
        ("dotenv", ["worker"]),
        ("gunicorn", ["shop", "worker"]),
        ("uwsgi", ["uwsgi", "worker"]),
        ("systemd-environment", ["shop", "worker"]),
    ],
)
def test_what_reads_lines(name: str, restarted: list[str]) -> None:
    """Host and port under names of one's own, or a URL, and services that start anew."""
    assert keys(of(name)) == HOST_AND_PORT
    app = of(name, 'host_key = "PGHOST"\nport_key = "PGPORT"\nrestart = ["worker"]\n')
    assert keys(app) == {"PGHOST": "{host}", "PGPORT": "{port}"}
    assert services(app) == restarted
    assert keys(of(name, 'url_key = "DATABASE_URL"\n')) == {"DATABASE_URL": "{url}"}


def test_pgbouncer() -> None:
    """Each named database follows; RELOAD comes before RECONNECT, and its console is the proof."""
    app = of("pgbouncer", 'console_port = 6433\nsocket = "/run/pgbouncer"\n')
    assert app.files[0].path == "/etc/pgbouncer/pgbouncer.ini"
    assert keys(app) == {"databases.shop:host": "{host}", "databases.shop:port": "{port}"}
    console = "psql -XA -h /run/pgbouncer -p 6433 -U pgbouncer pgbouncer"
    assert app.after[0] == f"{console} -c RELOAD"
    assert app.after[1].startswith(f"{console} -c 'RECONNECT ")
    assert app.check is not None
    assert app.check.startswith(f"{console} -t -c 'SHOW DATABASES' |")
    assert services(app) == []


def test_pgbouncer_with_many_databases() -> None:
    """However many there are, each has its own keys and commands, and one check looks at all."""
    names = [f"shop_number_{i}" for i in range(40)]
    app = application(f'preset = "pgbouncer"\ndatabases = {names}\n'.replace("'", '"'))
    assert len(app.files[0].keys) == 80
    assert len(app.after) == 81
