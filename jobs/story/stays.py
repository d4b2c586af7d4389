"""Causes of an incident in which nobody else led for long: etcd could not be asked, or PostgreSQL crashed."""

from __future__ import annotations

from jobs.story.cause import Cause
from jobs.story.scene import Scene


def etcd_outage(scene: Scene) -> Cause | None:  # noqa: ARG001 - being written
    """etcd itself said that it has no quorum."""
    return None


def postgresql_crash(scene: Scene) -> Cause | None:  # noqa: ARG001 - being written
    """PostgreSQL was not there, while its member kept the key and the epoch."""
    return None
