"""The application's table: its preset, and what that one needs to be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from deploy.outline.answers import Kind
from deploy.outline.writing import array, inline, quoted
from jobs.presets import PRESETS


def application(
    name: str, kind: Kind, hosts: Sequence[str], *, addresses: Mapping[str, str] | None = None
) -> str:
    """The table, with a comment for each further parameter that the preset has."""
    lines = [f"[applications.{name}]", f"cluster = {quoted(name)}", f"hosts = {array(hosts)}"]
    lines.append(f"preset = {quoted(kind.preset)}")
    lines += [f"{key} = {_value(value)}" for key, value in kind.said.items()]
    further = [p for p in PRESETS[kind.preset].parameters if p.name not in kind.said]
    if further:
        lines.append(f"# {kind.preset} may be told more: {', '.join(p.name for p in further)}")
    if addresses:
        lines.append(
            "# Where the members are reached from these hosts: nothing else is ever written there."
        )
        lines.append(f"addresses = {inline(addresses)}")
    return "\n".join(lines)


def _value(value: str | tuple[str, ...]) -> str:
    return quoted(value) if isinstance(value, str) else array(value)
