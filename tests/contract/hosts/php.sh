#!/bin/sh
# What the preset asks of Laravel: its configuration is .env's until it is cached, then the cache's.
# A file `deaf` beside artisan: the configuration does not take DB_HOST from .env.
[ "$1" = artisan ] && [ -e artisan ] || { echo "Could not open input file: $1" >&2 && exit 1; }
source=.env
[ ! -e bootstrap/cache/config.php ] || source=bootstrap/cache/config.php
says() {
    sed -n "s/^$1=//p" "$source"
}
case "$2 ${3:-}" in
    'config:cache ') mkdir -p bootstrap/cache && cp .env bootstrap/cache/config.php ;;
    'queue:restart ') [ -n "$(says DB_HOST)" ] && says DB_HOST >>queue-restarts ;;
    'config:show database.connections.pgsql.host')
        value=$(says DB_HOST)
        [ ! -e deaf ] || value=10.0.0.66
        printf '\n  %s ......................... %s  \n\n' "$3" "$value"
        ;;
    'config:show database.connections.pgsql.url')
        printf '\n  %s ..... %s  \n\n' "$3" "$(says DB_URL)"
        ;;
    *) echo "Command \"$2\" is not defined." >&2 && exit 1 ;;
esac
