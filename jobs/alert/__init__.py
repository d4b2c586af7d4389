"""What an on-call tool is told: alerts as CloudEvents, made of the trail's entries."""

from jobs.alert.alert import Alert, Severity, Status, cloud_event
from jobs.alert.backlog import STALE, Batch, batch_of
from jobs.alert.raised import balancer_key, raised_by
from jobs.alert.slack import SlackAlarm, of_slack

__all__ = [
    "STALE",
    "Alert",
    "Batch",
    "Severity",
    "SlackAlarm",
    "Status",
    "balancer_key",
    "batch_of",
    "cloud_event",
    "of_slack",
    "raised_by",
]
