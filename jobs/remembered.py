"""What one process remembers in the ledger for another: without one place for it, each would spell the names for itself."""

from __future__ import annotations

import json
from dataclasses import asdict

from jobs.flapping import Release
from jobs.ports import Memory
from jobs.state import ClusterState

ANCHORS_TROUBLE = "anchors:trouble"
"""Why trails are not noted outside Redis: {reason, remedy} as JSON, or an empty text."""


def proof_name(cluster: str) -> str:
    """Under which stands when the leader was last proven in peace, in seconds since 1970: no entry of
    the trail tells of that."""
    return f"proof:{cluster}"


def anchored_name(cluster: str) -> str:
    """Under which stands the number of the newest entry that was noted outside Redis."""
    return f"anchored:{cluster}"


def release_name(cluster: str) -> str:
    """Under which stands an operator's last word that a hold shall end: {epoch, by, why} as JSON."""
    return f"release:{cluster}"


def release_text(release: Release) -> str:
    """As it is remembered."""
    return json.dumps(asdict(release), ensure_ascii=False)


def release_of(text: str | None) -> Release | None:
    """What `release_text` wrote; None for anything else."""
    try:
        raw = json.loads(text or "")
        return Release(epoch=int(raw["epoch"]), by=str(raw["by"]), why=str(raw["why"]))
    except (ValueError, TypeError, LookupError):
        return None


def proven_at(state: ClusterState, memory: Memory) -> float | None:
    """When the leader was last proven; None for a cluster where that never was, such as a standby.
    Raises LedgerUnavailable."""
    return newest_proof(state, memory.recall(proof_name(state.cluster)))


def newest_proof(state: ClusterState, remembered: str | None) -> float | None:
    """The same with what is remembered under `proof_name`, where it was just recalled."""
    known = (
        state.incident.verified if state.incident else None,
        state.settled.verified,
        _number(remembered),
    )
    return max((at for at in known if at), default=None)


def anchored(cluster: str, memory: Memory) -> int | None:
    """The newest entry that the chronicle noted outside Redis, by its own word; None where none was."""
    number = _number(memory.recall(anchored_name(cluster)))
    return None if number is None else int(number)


def _number(text: str | None) -> float | None:
    """None for what is none: whoever can write to Redis may have left anything there."""
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 < number < LARGEST else None


LARGEST = 1e11
"""Beyond every number that is remembered: no calendar has such an instant, no trail such an entry."""
