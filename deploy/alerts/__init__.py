"""Alert rules for Prometheus: without them everybody would have to find out which numbers matter."""

from importlib.resources import files


def alert_rules() -> str:
    """The rules as one file, for Prometheus' rule_files."""
    return files(__package__ or "").joinpath("pgbaton.rules.yml").read_text(encoding="utf-8")
