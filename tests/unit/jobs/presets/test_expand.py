"""How an inventory uses presets: what its own words do to them, and what is a mistake."""

import pytest

from jobs.inventory import load_inventory
from tests.unit.jobs.presets.inventories import INVENTORY, application, inventory, mistakes

LARAVEL = 'preset = "laravel"\npath = "/var/www/shop"\n'


def test_it_is_the_same_as_written_out() -> None:
    """Nothing later knows the difference, and what is written back is not expanded again."""
    spelled = application(
        'files = [{ path = "/srv/.env", keys = { DB_HOST = "{host}", DB_PORT = "{port}" } }]\n'
        'services = [{ name = "worker" }]\nkind = "dotenv"\n'
    )
    preset = application('preset = "dotenv"\nfile = "/srv/.env"\nrestart = ["worker"]\n')
    assert preset == spelled


def test_what_the_table_says_itself_wins() -> None:
    """Its own services are its only ones, an empty list is one too, its own check the only check."""
    own = application(
        LARAVEL + 'services = [{ name = "web", manager = "runit" }]\nafter = []\ncheck = "true"\n'
    )
    assert [(s.name, s.manager) for s in own.services] == [("web", "runit")]
    assert (own.after, own.check) == ((), "true")
    assert own.files[0].path == "/var/www/shop/.env"
    assert application(LARAVEL + "after_timeout = 5\n").after_timeout == 5


def test_a_folder_may_end_in_a_slash() -> None:
    """The file's path has one all the same."""
    app = application('preset = "laravel"\npath = "/var/www/shop/"\n')
    assert app.files[0].path == "/var/www/shop/.env"


def test_what_is_put_into_commands_stays_one_word() -> None:
    """A shell finds nothing of its own in a parameter."""
    app = application('preset = "pgbouncer"\ndatabases = ["shop"]\nsocket = "/run/a b;id"\n')
    assert app.after[0].startswith("psql -XA -h '/run/a b;id' -p ")


def test_a_preset_that_does_not_exist() -> None:
    """Those that exist are listed, and nothing else of the table is complained about."""
    found = mistakes('preset = "larvel"\npath = "/var/www/shop"\nhorizon = "h"\n')
    assert found == {
        "preset": "there is no preset 'larvel'; there is: laravel, django, rails, gunicorn, uwsgi, "
        "dotenv, systemd-environment, pgbouncer"
    }
    assert list(mistakes("preset = 7\n")) == ["preset"]


def test_what_a_preset_needs() -> None:
    """Each missing parameter is named with what it is, all at once."""
    found = mistakes('preset = "systemd-environment"\n')
    assert found == {
        "file": "preset systemd-environment needs it: the file with the settings",
        "service": "preset systemd-environment needs it: the service that is restarted",
    }


def test_a_key_nobody_knows() -> None:
    """It is named with the parameters that the preset has."""
    found = mistakes(LARAVEL + 'horizen = "horizon"\n')
    assert list(found) == ["horizen"]
    assert found["horizen"].startswith(
        "is no key of an application, and preset laravel has: path, php, fpm, horizon,"
    )


@pytest.mark.parametrize(
    ("line", "path", "says"),
    [
        ('path = "www/shop"', "path", "must be an absolute path, and not /"),
        ("path = false", "path", "must be an absolute path, and not /"),
        ('path = "//"', "path", "must be an absolute path, and not /"),
        ("php = 8", "php", "must be one word"),
        ('fpm = "php fpm"', "fpm", "must be one word"),
        ("fpm = true", "fpm", "must be one word"),
        ('php = "php; id"', "php", "must be one word"),
        ('queue = "yes"', "queue", "must be true or false"),
        ('restart = "queue"', "restart", "must be a list of words"),
        ('restart = ["a b"]', "restart", "must be a list of words"),
        ('up = "127.0.0.1/up"', "up", "must be an address that begins with http:// or https://"),
    ],
)
def test_a_parameter_of_the_wrong_kind(line: str, path: str, says: str) -> None:
    """It is named with the kind that is wanted and what it is for."""
    own = LARAVEL if not line.startswith("path") else 'preset = "laravel"\n'
    found = mistakes(f"{own}{line}\n")
    assert list(found) == [path]
    assert found[path].startswith(f"{says}: ")


@pytest.mark.parametrize(
    ("lines", "path", "says"),
    [
        ('preset = "pgbouncer"\ndatabases = [1]', "databases", "must be a list of words"),
        ('preset = "pgbouncer"\ndatabases = []', "databases", "must be a list of words"),
        (
            'preset = "pgbouncer"\ndatabases = ["a"]\nconsole_port = 65536',
            "console_port",
            "must be a port",
        ),
        (
            'preset = "django"\npath = "/srv/x"\nservice = "x"\nyaml = "a/.."',
            "yaml",
            "must be a path below the folder",
        ),
    ],
)
def test_a_parameter_that_is_nearly_right(lines: str, path: str, says: str) -> None:
    """A number among words, a port that there is none of, a path that leads out."""
    found = mistakes(f"{lines}\n")
    assert list(found) == [path]
    assert found[path].startswith(f"{says}: ")


def test_what_is_named_twice_is_done_once() -> None:
    """No service is restarted twice, and no pool reconnects twice."""
    shop = application(LARAVEL + 'restart = ["queue", "php8.2-fpm", "queue"]\n')
    assert [service.name for service in shop.services] == ["php8.2-fpm", "queue"]
    pool = 'preset = "pgbouncer"\ndatabases = ["a", "a"]\n'
    once = 'preset = "pgbouncer"\ndatabases = ["a"]\n'
    assert application(pool).after == application(once).after


def test_a_parameter_without_a_preset() -> None:
    """It is a key that nobody knows."""
    found = mistakes('path = "/srv"\nfiles = [{ path = "/srv/.env", keys = { A = "{host}" } }]\n')
    assert found == {"path": "is not a key of this table; remove it or mend its spelling"}


def test_all_other_mistakes_are_told_too() -> None:
    """A wrong preset hides nothing else that is wrong in the file."""
    found = mistakes('preset = "laravel"\ncheck_timeout = -1\nnodebalancer = "front"\n')
    assert set(found) == {"path", "check_timeout", "nodebalancer"}


def test_two_presets_may_not_manage_one_file() -> None:
    """A host's file has one owner, spelled out or not."""
    second = '[applications.other]\ncluster = "shop"\nhosts = ["web1"]\npreset = "dotenv"\n'
    found = load_inventory(f'{INVENTORY}{LARAVEL}{second}file = "/var/www/shop/.env"\n')
    assert "/var/www/shop/.env on web1 is managed by applications.shop already" in str(found)


def test_a_preset_may_stand_behind_a_nodebalancer() -> None:
    """Then the file names the balancer, and the services start anew all the same."""
    lines = LARAVEL + 'endpoint = "nodebalancer"\n[nodebalancers.front]\ncluster = "shop"\n'
    lines += 'label = "front"\nregion = "us-ord"\naddress = "203.0.113.10"\n[clusters.shop.mux]\nport = 5433\n'
    found = inventory(lines)
    assert found.targets_of("shop", "web1") == ("web1@front",)
