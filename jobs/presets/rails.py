"""Rails: `config/database.yml`, or a URL in a `.env`, read once when its service starts."""

from __future__ import annotations

from jobs.presets.preset import Key, Line, Managed, Parameter, Preset
from jobs.presets.usual import RESTART, UP, UP_CHECK, URL_KEY, same

_HOST = "puts ActiveRecord::Base.connection_db_config.configuration_hash[:host]"

RAILS = Preset(
    name="rails",
    told="A Rails application: `config/database.yml`, or DATABASE_URL in a `.env`.",
    parameters=(
        Parameter(
            name="path", kind="folder", told="the application's folder, with `config`", needed=True
        ),
        Parameter(
            name="service", kind="word", told="the service that is restarted", default="puma"
        ),
        RESTART,
        Parameter(
            name="environment",
            kind="word",
            told="the section of database.yml, and RAILS_ENV",
            default="production",
        ),
        Parameter(
            name="database", kind="word", told="one of several databases in that section: primary"
        ),
        URL_KEY,
        Parameter(name="file", kind="below", told="the dotenv file with that key", default=".env"),
        Parameter(
            name="rails",
            kind="word",
            told="the program `bin/rails`: with it, `runner` tells the host in use (a whole start of "
            "the application, so that check_timeout may have to grow)",
        ),
        UP,
    ),
    files=(
        Managed(
            path=Line("<path>/config/database.yml", unless=("url_key",)),
            format="yaml",
            keys=(
                Key("<environment>.host", "{host}", unless=("database",)),
                Key("<environment>.port", "{port}", unless=("database",)),
                Key("<environment>.<database>.host", "{host}"),
                Key("<environment>.<database>.port", "{port}"),
            ),
        ),
        Managed(
            path=Line("<path>/<file>", when="url_key"),
            format="dotenv",
            keys=(Key("<url_key>", "{url}"),),
        ),
    ),
    services=("<service>", "<restart>"),
    check=(
        Line(
            same("Rails", f"RAILS_ENV=<environment> <rails> runner '{_HOST}' | tail -n 1"),
            told="that `<rails> runner` finds the leader in its connection's configuration",
        ),
        UP_CHECK,
    ),
)
