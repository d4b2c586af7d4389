"""Collections as Linode shows them: filtered by X-Filter, ordered, and cut into pages."""

import json
from typing import Any

import pytest

from deploy.lab.linode.rest.filters import select
from deploy.lab.linode.rest.paging import page_of
from deploy.lab.linode.rest.refusal import Refused

ROWS: list[dict[str, Any]] = [
    {"id": 1, "label": "pg1", "tags": ["shop"], "created": "2026-01-01T00:00:00", "entity": None},
    {"id": 2, "label": "pg2", "tags": [], "created": "2026-01-02T00:00:00", "entity": {"id": 7}},
    {
        "id": 3,
        "label": "web",
        "tags": ["shop"],
        "created": "2026-01-03T00:00:00",
        "entity": {"id": 8},
    },
]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [1, 2, 3]),
        ({"label": "pg1"}, [1]),
        ({"label": "PG1"}, []),
        ({"tags": "shop"}, [1, 3]),
        ({"entity.id": 7}, [2]),
        ({"label": {"+contains": "pg"}}, [1, 2]),
        ({"label": {"+neq": "pg1"}}, [2, 3]),
        ({"id": {"+gt": 1, "+lt": 3}}, [2]),
        ({"created": {"+gte": "2026-01-02T00:00:00"}}, [2, 3]),
        ({"id": {"+lte": 1}}, [1]),
        ({"+or": [{"label": "pg1"}, {"label": "web"}]}, [1, 3]),
        ({"+and": [{"tags": "shop"}, {"id": {"+gt": 1}}]}, [3]),
        ({"+or": [{"id": 1}, {"+and": [{"id": 2}, {"label": "pg2"}]}]}, [1, 2]),
        ({"+order_by": "id", "+order": "desc"}, [3, 2, 1]),
        ({"+order_by": "label"}, [1, 2, 3]),
        ({"entity.id": {"+gt": 1}}, [2, 3]),
    ],
)
def test_a_filter_lets_through_what_it_says(wanted: dict[str, Any], found: list[int]) -> None:
    """Equality, comparisons, and their combinations, in the order that is asked for."""
    assert [row["id"] for row in select(ROWS, json.dumps(wanted))] == found


@pytest.mark.parametrize(
    "header",
    [
        "{",
        "[]",
        '"label"',
        '{"colour": "red"}',
        '{"entity.id.x": 1}',
        '{"label": {"+like": "pg"}}',
        '{"+or": {"label": "pg1"}}',
        '{"+and": ["label"]}',
        '{"+order_by": "colour"}',
        '{"+order_by": 1}',
    ],
)
def test_a_filter_that_means_nothing_is_refused(header: str) -> None:
    """With the header's name as the field at fault, as recorded from Linode."""
    with pytest.raises(Refused) as refused:
        select(ROWS, header)
    assert [reason.field for reason in refused.value.errors] == ["X-Filter"]


@pytest.mark.parametrize(
    ("rows", "query", "ids", "pages"),
    [
        (0, {}, [], 1),
        (120, {}, [0, 99], 2),
        (120, {"page": "2"}, [100, 119], 2),
        (120, {"page": "5", "page_size": "25"}, [100, 119], 5),
        (120, {"page_size": "500"}, [0, 119], 1),
    ],
)
def test_a_page_holds_its_share(
    rows: int, query: dict[str, str], ids: list[int], pages: int
) -> None:
    """First and last row of the page, and how many pages there are."""
    page = page_of([{"id": number} for number in range(rows)], query)
    found = [row["id"] for row in page["data"]]
    assert [*found[:1], *found[-1:]] == ids
    assert (page["pages"], page["results"]) == (pages, rows)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"page": "2"}, 404),
        ({"page": "0"}, 404),
        ({"page_size": "24"}, 400),
        ({"page_size": "501"}, 400),
        ({"page": "one"}, 400),
    ],
)
def test_a_page_that_is_none_is_refused(query: dict[str, str], status: int) -> None:
    """404 beyond the last page, 400 for a size that Linode does not serve."""
    with pytest.raises(Refused) as refused:
        page_of([{"id": 1}], query)
    assert refused.value.status == status
