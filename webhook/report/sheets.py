"""Two strict template environments, in which every value is escaped unless it says that it is markup."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from jobs.picture.letters import shown
from webhook.report.marks import marked

TEMPLATES = Path(__file__).parent / "templates"


class Raw(str):
    """Markdown that we made ourselves."""

    __slots__ = ()


@cache
def html_sheet() -> Environment:
    """HTML: autoescape, and nothing invisible."""
    return Environment(autoescape=True, finalize=_visible, **_common())


@cache
def markdown_sheet() -> Environment:
    """Markdown has no autoescape of its own: every value that is not Raw passes `marked`."""
    return Environment(autoescape=False, finalize=_marked, **_common())  # noqa: S701 - see above


def _common() -> dict[str, Any]:
    return {
        "loader": FileSystemLoader(TEMPLATES),
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }


def _visible(value: object) -> object:
    return value if isinstance(value, Markup) or not isinstance(value, str) else shown(value)


def _marked(value: object) -> object:
    return value if isinstance(value, Raw) or not isinstance(value, str) else marked(value)
