"""Pages of a collection, as Linode cuts them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from deploy.lab.linode.rest.forms import Row
from deploy.lab.linode.rest.refusal import not_found, refuse

SMALLEST, USUAL, LARGEST = 25, 100, 500


def page_of(rows: Sequence[Row], query: Mapping[str, str]) -> Row:
    """The page that the query asks for; 404 beyond the last, but an empty collection has a first."""
    size = _number(query, "page_size", USUAL)
    if not SMALLEST <= size <= LARGEST:
        raise refuse(f"Must be {SMALLEST}-{LARGEST}", "page_size")
    pages = max(1, -(-len(rows) // size))
    page = _number(query, "page", 1)
    if not 1 <= page <= pages:
        raise not_found()
    data = list(rows[(page - 1) * size : page * size])
    return {"data": data, "page": page, "pages": pages, "results": len(rows)}


def _number(query: Mapping[str, str], name: str, usual: int) -> int:
    try:
        return int(query.get(name, usual))
    except ValueError:
        raise refuse("Must be an integer", name) from None
