"""The presets as people read them; written by hand, the guide would soon tell of others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jobs.presets.preset import Key, Line, Parameter, Preset, Value


def told(presets: Mapping[str, Preset]) -> str:
    """Markdown: for each preset what it does and a table of its parameters."""
    return "\n".join(line for preset in presets.values() for line in _preset(preset))


def _preset(preset: Preset) -> Iterator[str]:
    yield from (f"## {preset.name}", "", preset.told, "")
    for file in preset.files:
        yield f"- edits `{file.path.text}` ({file.format}){_only(file.path)}"
        yield from (f"    - `{key.name}` = `{key.value}`{_only(key)}" for key in file.keys)
        for key in file.demands:
            yield f"- changes nothing there unless `{key.name}` says `{key.value}`"
    yield from (f"- runs {_line(line)}" for line in preset.after)
    yield f"- restarts {', '.join(f'`{name}`' for name in preset.services) or 'nothing'}"
    yield from (f"- checks {_line(line)}" for line in preset.check)
    yield from ("", "| parameter | what | if not said |", "|---|---|---|")
    yield from (f"| `{p.name}` | {p.told} | {_default(p)} |" for p in preset.parameters)
    yield ""


def _line(line: Line) -> str:
    return (line.told or f"`{line.text}`") + _only(line)


def _only(one: Line | Key) -> str:
    parts = [f"with `{one.when}`"] if isinstance(one, Line) and one.when else []
    parts += [f"without `{name}`" for name in one.unless]
    return f" ({', '.join(parts)})" if parts else ""


def _default(one: Parameter) -> str:
    return "**must be said**" if one.needed else _shown(one.default)


def _shown(value: Value) -> str:
    if value is True or (value and not isinstance(value, tuple)):
        return f"`{str(value).lower() if value is True else value}`"
    return "none"
