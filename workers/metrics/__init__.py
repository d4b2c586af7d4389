"""Numbers for Prometheus; docs/metrics.md lists them all, and a test holds it to that."""

from workers.metrics.build import show_build
from workers.metrics.queue import eye_on
from workers.metrics.reader import Metrics, Reader
from workers.metrics.rounds import Rounds
from workers.metrics.served import served

__all__ = ["Metrics", "Reader", "Rounds", "eye_on", "served", "show_build"]
