"""What befalls the stores that everything else believes: etcd and Redis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deploy.lab import faults, redis, snapshot
from deploy.lab.lab import Lab


@dataclass(frozen=True, slots=True)
class StopEtcd:
    """Some members of etcd are stopped in order, and start again with the data they had."""

    names: Sequence[str]

    @property
    def title(self) -> str:
        return f"{' and '.join(self.names)} are stopped"

    @property
    def healed(self) -> str:
        return f"{' and '.join(self.names)} start again"

    def inject(self, lab: Lab) -> None:
        faults.stop_etcd(lab, self.names)

    def heal(self, lab: Lab) -> None:
        faults.return_etcd(lab, self.names)


@dataclass(frozen=True, slots=True)
class RestoreEtcd:
    """All of etcd is restored from the snapshot that was taken before: its revisions go back. Nothing
    heals that but time. `empty` is called while no member runs."""

    empty: Callable[[], None] = lambda: None

    @property
    def title(self) -> str:
        return "etcd is restored from a snapshot"

    @property
    def healed(self) -> str:
        return "etcd counts on from there"

    def inject(self, lab: Lab) -> None:
        snapshot.restore(lab, self.empty)

    def heal(self, lab: Lab) -> None:
        pass


@dataclass(frozen=True, slots=True)
class PassTime:
    """So many seconds pass at once by the clock that incidents are counted by, which is Redis'. Nobody
    brings them back."""

    seconds: int

    @property
    def title(self) -> str:
        return f"{self.seconds // 60} minutes pass at once by the clock of Redis"

    @property
    def healed(self) -> str:
        return "the clock of Redis goes on from there"

    def inject(self, lab: Lab) -> None:
        redis.move_clock(lab.machines["redis"], lab.secrets.redis, self.seconds)

    def heal(self, lab: Lab) -> None:
        pass


@dataclass(frozen=True, slots=True)
class FlushScripts:
    """Redis forgets all Lua scripts, as one that was started anew does. Whoever calls one tells it again."""

    @property
    def title(self) -> str:
        return "Redis forgets every script"

    @property
    def healed(self) -> str:
        return "Redis was told its scripts again"

    def inject(self, lab: Lab) -> None:
        lab.footing.redis().script_flush()

    def heal(self, lab: Lab) -> None:
        pass
