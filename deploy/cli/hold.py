"""An operator's hold counts for every operator: without this file each command would forget it in turn."""

from __future__ import annotations

from deploy.cli.exits import Fault
from deploy.cli.trail import date_of
from jobs.state import ClusterState


def refuse_paused(state: ClusterState) -> None:
    """Fault names whose hold it is, and what lifts it."""
    if state.pause is not None and state.paused():
        pause = state.pause
        raise Fault(
            f"{state.cluster} is paused by {pause.by} until {date_of(pause.until)}: {pause.why}",
            f"pgbaton resume {state.cluster}, then again",
        )
