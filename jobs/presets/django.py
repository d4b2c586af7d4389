"""Django: settings that come from a `.env` or a YAML file, read once when its service starts."""

from __future__ import annotations

from jobs.presets.preset import Key, Line, Managed, Parameter, Preset
from jobs.presets.usual import RESTART, SERVICE, UP, UP_CHECK, URL_KEY, same

_HOST = 'from django.db import connection; print(connection.settings_dict["HOST"])'

DJANGO = Preset(
    name="django",
    told="A Django application whose settings read a `.env` (as django-environ does) or a YAML file.",
    parameters=(
        Parameter(
            name="path",
            kind="folder",
            told="the application's folder, with `manage.py`",
            needed=True,
        ),
        SERVICE,
        RESTART,
        Parameter(name="file", kind="below", told="the dotenv file in that folder", default=".env"),
        Parameter(
            name=URL_KEY.name,
            kind="word",
            told="the key that holds a whole URL; false: host_key and port_key instead",
            default="DATABASE_URL",
        ),
        Parameter(
            name="host_key", kind="word", told="the key that holds the host", default="DB_HOST"
        ),
        Parameter(
            name="port_key", kind="word", told="the key that holds the port", default="DB_PORT"
        ),
        Parameter(
            name="yaml", kind="below", told="a YAML file in that folder, instead of a dotenv file"
        ),
        Parameter(
            name="yaml_key",
            kind="word",
            told="where HOST and PORT stand in it",
            default="DATABASES.default",
        ),
        Parameter(
            name="python",
            kind="word",
            told="the application's Python: with it, `manage.py shell` tells the host in use",
        ),
        UP,
    ),
    files=(
        Managed(
            path=Line("<path>/<yaml>"),
            format="yaml",
            keys=(Key("<yaml_key>.HOST", "{host}"), Key("<yaml_key>.PORT", "{port}")),
        ),
        Managed(
            path=Line("<path>/<file>", unless=("yaml",)),
            format="dotenv",
            keys=(
                Key("<url_key>", "{url}"),
                Key("<host_key>", "{host}", unless=("url_key",)),
                Key("<port_key>", "{port}", unless=("url_key",)),
            ),
        ),
    ),
    services=("<service>", "<restart>"),
    check=(
        Line(
            same("Django", f"<python> manage.py shell -v 0 -c '{_HOST}' | tail -n 1"),
            told="that `<python> manage.py shell` finds the leader in its connection's settings",
        ),
        UP_CHECK,
    ),
)
