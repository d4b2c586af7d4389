"""What a host does with a swap, in memory: the same decisions as the remote script, in Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from jobs.edits.splice import apply
from jobs.fence import Standing
from jobs.remote import (
    AppSwap,
    FileFault,
    FileSwap,
    Outcome,
    Phase,
    SwapReply,
    SwapRequest,
)
from tests.fakes.host import FakeHost, FakeJournal, file_of, sha256


class Refused(Exception):  # noqa: N818 - a refusal is an answer here, no error
    """Ends a swap with an outcome."""

    def __init__(self, outcome: Outcome, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.outcome, self.reason, self.remedy = outcome, reason, remedy


@dataclass(slots=True)
class Swap:
    """One swap on one host; `effect` is told of every change, and may end the process there."""

    host: FakeHost
    request: SwapRequest
    effect: Callable[[str], None]
    restarted: list[str] = field(default_factory=list)

    def run(self) -> SwapReply:
        try:
            outcome, reason, remedy = self._steps(), "", ""
        except Refused as refusal:
            outcome, reason, remedy = refusal.outcome, refusal.reason, refusal.remedy
        journal = self.host.journals.get(self.request.cluster)
        return SwapReply(
            outcome=outcome,
            fence=journal.fence if journal else None,
            phase=journal.phase if journal else None,
            reason=reason,
            remedy=remedy,
            restarted=tuple(self.restarted),
        )

    def _steps(self) -> Outcome:
        held = self.host.journals.get(self.request.cluster)
        self._refuse(held)
        ready = {a.key: [f for f in a.files if self._ready(f)] for a in self.request.apps}
        journal = self._next(held, frozenset(key for key, files in ready.items() if files))
        resumed = held is not None and held.fence == journal.fence and held.phase != Phase.CHECKED
        if journal.phase == Phase.CHECKED:
            if journal == held:
                return Outcome.HELD
            self._keep(journal)
            return Outcome.UNCHANGED
        self._reach(key for key, files in ready.items() if files)
        self._act(journal, ready, moved=held is None or journal != held)
        if resumed:
            return Outcome.RESUMED
        return Outcome.CHANGED if any(ready.values()) or self.restarted else Outcome.UNCHANGED

    def _refuse(self, held: FakeJournal | None) -> None:
        if self.host.busy:
            raise Refused(Outcome.BUSY, "another swap holds the lock", "try again in a few seconds")
        match self.request.fence.stands_against(held.fence if held else None):
            case Standing.LOWER:
                reason = f"the host holds {held and held.fence}, which is newer"
                raise Refused(Outcome.LOWER_FENCE, reason, "judge again")
            case Standing.OTHER_SYSTEM:
                reason = f"the host holds {held and held.fence}, another system"
                raise Refused(Outcome.OTHER_SYSTEM, reason, "pgbaton adopt moves it deliberately")
            case _:
                return

    def _ready(self, file: FileSwap) -> bool:
        """True where the file is to be written; refuses bytes that nobody has read."""
        state = file_of(self.host, file.path)
        if isinstance(state, FileFault):
            raise Refused(Outcome.FAILED, f"{file.path}: {state.reason}", state.remedy)
        if file.after == state.sha256 or (file.before == state.sha256 and not file.splices):
            return False
        if file.before != state.sha256:
            raise Refused(Outcome.FILE_CHANGED, f"{file.path} has changed", "read it again")
        return True

    def _next(self, held: FakeJournal | None, changing: frozenset[str]) -> FakeJournal:
        """The journal as this swap begins: what is owed, and from which phase on."""
        fence = self.request.fence
        base = held or FakeJournal(phase=Phase.CHECKED, fence=fence)
        did = base.did if base.fence == fence else frozenset()
        owed = base.owed - self._void(base)
        forced = self._keys() - did - (owed if base.fence == fence else frozenset())
        begun = changing | (forced if self.request.force else frozenset())
        again = {s.name for a in self._apps(begun) for s in a.services}
        phase = Phase.INTENT if begun else base.phase if owed else Phase.CHECKED
        return replace(
            base,
            phase=phase,
            fence=fence,
            owed=owed | begun,
            done=base.done - again if owed | begun else frozenset(),
            doing=base.doing if base.doing and base.doing[0] not in again else None,
            did=did - begun,
            tentative=tuple(
                (a.key, f.path, sha256(self.host.files[f.path]))
                for a in self._apps(changing - owed)
                for f in a.files
            )
            if begun
            else (),
        )

    def _void(self, base: FakeJournal) -> frozenset[str]:
        """Applications whose dead intent has touched no byte."""
        if base.phase != Phase.INTENT:
            return frozenset()
        moved = {
            k for k, path, sha in base.tentative if sha256(self.host.files.get(path, b"")) != sha
        }
        return frozenset(k for k, _, _ in base.tentative) - moved

    def _reach(self, changing: Iterable[str]) -> None:
        for leader in (a.leader for a in self._apps(changing)):
            if leader in self.host.out_of_reach:
                reason = f"cannot reach {leader.host} port {leader.port} from the host"
                remedy = "open the way to it, then try again"
                raise Refused(Outcome.UNREACHABLE_LEADER, reason, remedy)

    def _act(self, journal: FakeJournal, ready: dict[str, list[FileSwap]], *, moved: bool) -> None:
        apps = self._apps(journal.owed)
        if moved:
            self._keep(journal)
        if journal.phase == Phase.INTENT:
            for file in (f for files in ready.values() for f in files):
                self.host.files[file.path] = apply(self.host.files[file.path], file.splices)
                self.effect(f"write {file.path}")
            for command in (c for a in apps for c in a.after):
                self._command(command)
            journal = self._keep(replace(journal, phase=Phase.WRITTEN, tentative=()))
        if journal.phase == Phase.WRITTEN:
            for name in dict.fromkeys(s.name for a in apps for s in a.services):
                journal = self._restart(journal, name)
            journal = self._keep(
                replace(journal, phase=Phase.RESTARTED, did=journal.did | journal.owed)
            )
        self._check(apps)
        self._keep(replace(journal, phase=Phase.CHECKED, owed=frozenset(), done=frozenset()))

    def _command(self, command: str) -> None:
        self.host.commands.append(command)
        self.effect(f"run {command}")
        if command in self.host.failing:
            raise Refused(Outcome.FAILED, f"`{command}` failed", "mend it; it will be run again")

    def _restart(self, journal: FakeJournal, name: str) -> FakeJournal:
        if name in journal.done:
            return journal
        begun = journal.doing is not None and journal.doing[0] == name
        if not begun or journal.doing == (name, self.host.restarts[name]):
            journal = self._keep(replace(journal, doing=(name, self.host.restarts[name])))
            if name in self.host.failing:
                raise Refused(Outcome.FAILED, f"{name} does not restart", "look at its log")
            self.host.restarts[name] += 1
            self.restarted.append(name)
            self.effect(f"restart {name}")
        return self._keep(replace(journal, done=journal.done | {name}, doing=None))

    def _check(self, apps: Iterable[AppSwap]) -> None:
        for app in apps:
            if app.check is not None:
                self._command(app.check)
            stuck = self.host.stuck_to & set(self.request.avoid)
            if stuck and app.services:
                reason = f"a service still leads to {', '.join(sorted(map(str, stuck)))}"
                raise Refused(Outcome.FAILED, reason, "restart what holds the connection")

    def _keep(self, journal: FakeJournal) -> FakeJournal:
        self.host.journals[self.request.cluster] = journal
        self.host.fences.append(journal.fence)
        self.effect(f"journal {journal.phase}")
        return journal

    def _keys(self) -> frozenset[str]:
        return frozenset(a.key for a in self.request.apps)

    def _apps(self, keys: Iterable[str]) -> list[AppSwap]:
        wanted = frozenset(keys)
        return [a for a in self.request.apps if a.key in wanted]
