"""One strict template environment: a forgotten value fails here, not on a machine at three."""

from __future__ import annotations

import json
import shlex
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parent / "templates"


class CannotRender(Exception):  # noqa: N818 - reads as a sentence
    """The inventory lacks something a file needs; the message says where to add it."""


def render(template: str, **values: Any) -> str:
    """The text of a template; every undefined name is an error."""
    return _environment().get_template(template).render(**values)


def strict(templates: Path) -> Environment:
    """An environment over a folder of templates, for text in which each value is quoted by a filter."""
    return Environment(
        loader=FileSystemLoader(templates),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - these are YAML, TOML, SQL and plain text
    )


@cache
def _environment() -> Environment:
    environment = strict(TEMPLATES)
    environment.filters["yaml"] = yaml_scalar
    environment.filters["sql"] = sql_literal
    environment.filters["word"] = shlex.quote  # HAProxy reads words as a shell does
    return environment


def yaml_scalar(value: str | int) -> str:  # bool is an int
    """A value as YAML reads it back unchanged: JSON's spelling is YAML's double-quoted one."""
    return json.dumps(value, ensure_ascii=False)


def sql_literal(value: str) -> str:
    """A string as an SQL literal under standard_conforming_strings."""
    return "'" + value.replace("'", "''") + "'"
