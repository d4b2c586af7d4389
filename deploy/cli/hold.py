"""A hold counts for every operator: without this file each command would forget it in turn."""

from __future__ import annotations

from deploy.cli.exits import Fault
from deploy.cli.trail import date_of
from jobs.flapping import held_by
from jobs.state import ClusterState


def refuse_held(state: ClusterState) -> None:
    """Fault names whose hold it is, or what flaps, and what lifts it."""
    refuse_paused(state)
    hold = held_by(state)
    if hold is not None:
        stays = " and ".join(hold.stays)
        raise Fault(
            f"the leadership of {state.cluster} flaps: applications are held at {stays}",
            f"pgbaton release {state.cluster} --why TEXT brings them to the leader at once",
        )


def refuse_paused(state: ClusterState) -> None:
    """Fault names whose hold it is, and what lifts it."""
    if state.pause is not None and state.paused():
        pause = state.pause
        raise Fault(
            f"{state.cluster} is paused by {pause.by} until {date_of(pause.until)}: {pause.why}",
            f"pgbaton resume {state.cluster}, then again",
        )
