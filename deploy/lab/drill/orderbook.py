"""The orders while they come in: without it every look at them would read a long drill's whole history again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.lab.drill.history import Leadership, Order
from deploy.lab.drill.hostwatch import order_of


@dataclass(slots=True)
class OrderBook:
    """Every attempt that ended so far, by host, in the order in which they ended."""

    path: Path
    _read: int = 0
    _by: dict[str, list[Order]] = field(default_factory=dict)

    def of(self, host: str) -> Sequence[Order]:
        """One host's attempts, those of this moment included."""
        self._catch_up()
        return self._by.get(host, ())

    def sold(self, host: str, leader: Leadership) -> float | None:
        """When a host's first order was acknowledged by a leader."""
        mine = (o.ended for o in self.of(host) if _sold_by(o, leader))
        return min(mine, default=None)

    def ended(self, host: str, result: str, *, since: float) -> bool:
        """Whether an order that was sent since an instant came to this result."""
        return any(o.result == result and o.sent > since for o in reversed(self.of(host)))

    def _catch_up(self) -> None:
        if not self.path.exists():
            return
        with self.path.open("rb") as history:
            history.seek(self._read)
            for line in history:
                if not line.endswith(b"\n"):
                    break
                self._read += len(line)
                order = order_of(line.decode())
                if order is not None:
                    self._by.setdefault(order.host, []).append(order)


def _sold_by(order: Order, leader: Leadership) -> bool:
    return (
        order.result == "acknowledged"
        and order.member == leader.address
        and order.ended > leader.since
    )
