"""Public face of the presets: the kinds of applications that need not be spelled out."""

from jobs.presets.django import DJANGO
from jobs.presets.expand import Wrong, expanded
from jobs.presets.files import DOTENV, GUNICORN, SYSTEMD_ENVIRONMENT, UWSGI
from jobs.presets.laravel import LARAVEL
from jobs.presets.pgbouncer import PGBOUNCER
from jobs.presets.preset import Preset
from jobs.presets.rails import RAILS
from jobs.presets.told import told

__all__ = ["PRESETS", "Preset", "Wrong", "expanded", "told"]

PRESETS = {
    preset.name: preset
    for preset in (
        LARAVEL,
        DJANGO,
        RAILS,
        GUNICORN,
        UWSGI,
        DOTENV,
        SYSTEMD_ENVIRONMENT,
        PGBOUNCER,
    )
}
"""Every preset by the name that an inventory gives it."""
