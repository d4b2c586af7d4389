"""Laravel: what must happen so that a shop of this kind really uses the new leader.

Once `bootstrap/cache/config.php` exists, `.env` is not read at all; queue workers, Horizon and Octane
keep the host they began with. The connection named by DB_CONNECTION counts, which would be another
database's where it does not say pgsql.
"""

from __future__ import annotations

from jobs.presets.preset import Key, Line, Managed, Parameter, Preset
from jobs.presets.usual import LEADER, RESTART, UP, UP_CHECK, URL_KEY, same

_SHOW = (
    "<php> artisan config:show database.connections.<connection>.{key} | "
    "awk 'NF {{ seen = $NF }} END {{ print seen }}'"
)
_TOLD = "that `artisan config:show database.connections.<connection>.{key}` leads to the leader"
_URL = (
    f'seen=$({_SHOW.format(key="url")}) && case $seen in *[@/]"{LEADER}:$PGBATON_PORT"* | '
    '*[@/]"[$PGBATON_HOST]:$PGBATON_PORT"*) ;; *) echo "Laravel\'s URL does not lead to '
    '$PGBATON_HOST port $PGBATON_PORT" >&2; false ;; esac'
)

LARAVEL = Preset(
    name="laravel",
    told="A Laravel application: `.env`, artisan, PHP-FPM, queue workers, Horizon, Octane.",
    parameters=(
        Parameter(
            name="path",
            kind="folder",
            told="the application's folder, with `artisan` and `.env`",
            needed=True,
        ),
        Parameter(name="php", kind="word", told="the program that runs artisan", default="php"),
        Parameter(
            name="fpm",
            kind="word",
            told="PHP-FPM's service; false where there is none",
            default="php8.2-fpm",
        ),
        Parameter(name="horizon", kind="word", told="Horizon's service, where there is one"),
        Parameter(name="octane", kind="word", told="Octane's service, where there is one"),
        RESTART,
        Parameter(
            name="config_cache",
            kind="flag",
            told="whether `config:cache` is run; false where the application caches no configuration",
            default=True,
        ),
        Parameter(
            name="queue",
            kind="flag",
            told="whether `queue:restart` is run, which ends queue workers after their job",
            default=True,
        ),
        Parameter(
            name="connection",
            kind="word",
            told="what DB_CONNECTION must say; that connection's host is read back through "
            "`config:show` (Laravel 10 and newer); false: neither",
            default="pgsql",
        ),
        Parameter(
            name="read_key", kind="word", told="a key that holds the hosts to read from, by commas"
        ),
        Parameter(
            name="write_key",
            kind="word",
            told="a key that holds the host to write to, where reading and writing are configured apart",
        ),
        URL_KEY,
        UP,
    ),
    files=(
        Managed(
            path=Line("<path>/.env"),
            format="dotenv",
            keys=(
                Key("DB_HOST", "{host}", unless=("url_key",)),
                Key("DB_PORT", "{port}", unless=("url_key",)),
                Key("<url_key>", "{url}"),
                Key("<write_key>", "{host}"),
                Key("<read_key>", "{read_hosts}"),
            ),
            demands=(Key("DB_CONNECTION", "<connection>"),),
        ),
    ),
    after=(
        Line("<php> artisan config:cache", when="config_cache"),
        Line("<php> artisan queue:restart", when="queue"),
    ),
    services=("<fpm>", "<horizon>", "<octane>", "<restart>"),
    check=(
        Line(
            same("Laravel", _SHOW.format(key="host")),
            unless=("url_key", "write_key"),
            told=_TOLD.format(key="host"),
        ),
        Line(
            same("Laravel", _SHOW.format(key="write.host")),
            when="write_key",
            unless=("url_key",),
            told=_TOLD.format(key="write.host"),
        ),
        Line(_URL, when="url_key", told=_TOLD.format(key="url")),
        UP_CHECK,
    ),
)
