"""The trail's readers: as metrics, as what people read in Slack, as alerts."""

from workers.chronicle.metrics import Chronicle, Metrics

__all__ = ["Chronicle", "Metrics"]
