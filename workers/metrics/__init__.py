"""Numbers for Prometheus; docs/metrics.md lists them all, and a test holds it to that."""

from workers.metrics.build import show_build
from workers.metrics.rounds import Rounds
from workers.metrics.served import served

__all__ = ["Rounds", "served", "show_build"]
