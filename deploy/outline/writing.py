"""TOML as people write it: the templates of an inventory, and how values stand in them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment

from deploy.render.jinja import strict

TEMPLATES = Path(__file__).parent / "templates"


def written(template: str, **values: Any) -> str:
    """The text of a template; every undefined name is an error. One blank line at most in a row."""
    text = _environment().get_template(template).render(**values)
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.rstrip("\n") + "\n"


def array(items: Sequence[str]) -> str:
    return "[" + ", ".join(map(quoted, items)) + "]"


def inline(entries: Mapping[str, str]) -> str:
    """A table on one line."""
    return "{ " + ", ".join(f"{key} = {quoted(value)}" for key, value in entries.items()) + " }"


def quoted(text: str) -> str:
    """A basic string of TOML: JSON's spelling is one."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


@cache
def _environment() -> Environment:
    environment = strict(TEMPLATES)
    environment.filters.update({"array": array, "inline": inline, "toml": quoted})
    return environment
