"""The alert route besides Slack: signed CloudEvents to an on-call tool's webhook."""

from workers.alerts.alerter import Alerter, alerter_of
from workers.alerts.route import Delivered, Later, Refused, Route

__all__ = ["Alerter", "Delivered", "Later", "Refused", "Route", "alerter_of"]
