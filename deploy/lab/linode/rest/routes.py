"""An address of the API, and what answers it: paths, scopes and limits stand in one table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from deploy.lab.linode.rest.forms import Row

EVERYBODY = ""
"""The area of what needs no scope."""

Answer = Callable[..., Row | Iterable[Row]]


@dataclass(frozen=True, slots=True)
class Route:
    """`answer` gets the path's ids by name and, with POST and PUT, the body as `body`. A `collection`
    answers rows, which are filtered and paged. `area` is the scope's first half."""

    method: str
    path: str
    answer: Answer
    area: str
    collection: bool = False

    @property
    def scope(self) -> str:
        """What a token must hold; nothing for what everybody may see."""
        if self.area == EVERYBODY:
            return ""
        return f"{self.area}:{'read_only' if self.method == 'GET' else 'read_write'}"

    @property
    def kind(self) -> str:
        """Which of the rate limits counts."""
        if self.method == "GET" and self.collection:
            return "collection"
        return "stats" if self.path.endswith("/stats") else "other"


class Desk(Protocol):
    """What everybody may do with objects of one kind."""

    @property
    def all(self) -> Callable[..., Iterable[Row]]: ...
    @property
    def create(self) -> Callable[..., Row]: ...
    @property
    def view(self) -> Callable[..., Row]: ...
    @property
    def update(self) -> Callable[..., Row]: ...
    @property
    def delete(self) -> Callable[..., Row]: ...


def usual(path: str, one: str, desk: Desk, area: str) -> list[Route]:
    """The five that most kinds have: the collection at `path`, each object at `one`."""
    return [
        Route("GET", path, desk.all, area, collection=True),
        Route("POST", path, desk.create, area),
        Route("GET", one, desk.view, area),
        Route("PUT", one, desk.update, area),
        Route("DELETE", one, desk.delete, area),
    ]
