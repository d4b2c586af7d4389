"""Applications that read one file of `KEY=value` lines when their service starts."""

from __future__ import annotations

from jobs.presets.preset import Key, Line, Managed, Parameter, Preset
from jobs.presets.usual import FILE, HOST_KEY, PORT_KEY, RESTART, SERVICE, UP, UP_CHECK, URL_KEY

_LINES = Managed(
    path=Line("<file>"),
    format="dotenv",
    keys=(
        Key("<host_key>", "{host}", unless=("url_key",)),
        Key("<port_key>", "{port}", unless=("url_key",)),
        Key("<url_key>", "{url}"),
    ),
)
_KEYS = (FILE, HOST_KEY, PORT_KEY, URL_KEY)

DOTENV = Preset(
    name="dotenv",
    told="Anything that reads a dotenv file.",
    parameters=(*_KEYS, RESTART, UP),
    files=(_LINES,),
    services=("<restart>",),
    check=(UP_CHECK,),
)
GUNICORN = Preset(
    name="gunicorn",
    told="A Python application under gunicorn. It is restarted: on SIGHUP its environment stays.",
    parameters=(*_KEYS, SERVICE, RESTART, UP),
    files=(_LINES,),
    services=("<service>", "<restart>"),
    check=(UP_CHECK,),
)
UWSGI = Preset(
    name="uwsgi",
    told="A Python application under uWSGI. It is restarted: on a reload its environment stays.",
    parameters=(
        *_KEYS,
        Parameter(
            name="service", kind="word", told="the service that is restarted", default="uwsgi"
        ),
        RESTART,
        UP,
    ),
    files=(_LINES,),
    services=("<service>", "<restart>"),
    check=(UP_CHECK,),
)
SYSTEMD_ENVIRONMENT = Preset(
    name="systemd-environment",
    told="A unit that takes its settings from an `EnvironmentFile=`: systemd reads it at each start.",
    parameters=(*_KEYS, SERVICE, RESTART, UP),
    files=(_LINES,),
    services=("<service>", "<restart>"),
    check=(UP_CHECK,),
)
