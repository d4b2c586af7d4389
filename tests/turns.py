"""Without this file tests that measure time, and whole labs, would run beside others that disturb them."""

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

ALONE = (
    "tests/scenarios/",
    "tests/contract/etcd/test_watch.py",
    "tests/contract/lab/",
    "tests/contract/hook/test_foreground.py",
    "tests/contract/hosts/test_timing.py",
    "tests/contract/ledger/test_together.py",
    "tests/contract/ledger/test_verify_speed.py",
    "tests/contract/mux/test_demotion.py",
    "tests/contract/pages/test_speed.py",
    "tests/contract/render/test_speed.py",
    "tests/contract/push/test_speed.py",
    "tests/contract/webhook/test_speed.py",
)
"""Files and folders, as node ids begin: their tests run last, one at a time, with nothing beside them."""
LAST = "alone"


class Turns(LoadFileScheduling):  # type: ignore[misc]  # xdist carries no types
    """Files side by side, as many as there are workers; then, on the last worker left, what runs alone."""

    def _split_scope(self, nodeid: str) -> str:
        return LAST if nodeid.startswith(ALONE) else str(super()._split_scope(nodeid))

    def _assign_work_unit(self, node: WorkerController) -> None:
        if LAST in self.workqueue:
            self.workqueue.move_to_end(LAST)
        if not self._only_last() or self.nodes == [node]:
            super()._assign_work_unit(node)

    def _reschedule(self, node: WorkerController) -> None:
        if self._only_last() and self._another_stays(node):
            node.shutdown()  # it ends what it has, and is gone
        else:
            super()._reschedule(node)

    def remove_node(self, node: WorkerController) -> str | None:
        """Give on what a worker leaves; the test it died of (None: it ended) is not tried again."""
        units = self.assigned_work.pop(node)
        left = [(scope, name) for scope in units for name, done in units[scope].items() if not done]
        for scope, name in left[:1]:
            units[scope][name] = True
        self.workqueue.update({scope: units[scope] for scope, _ in left[1:]})
        for other in self.nodes:
            self._reschedule(other)
        return left[0][1] if left else None

    def _only_last(self) -> bool:
        return set(self.workqueue) == {LAST}

    def _another_stays(self, node: WorkerController) -> bool:
        return any(other is not node and not other.shutting_down for other in self.nodes)
