"""The probe's work: to look at Linode within its limits, and to keep what no webhook knows of yet."""

from workers.probe.probe import SENDER, Probe

__all__ = ["SENDER", "Probe"]
