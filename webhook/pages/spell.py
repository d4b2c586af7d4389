"""How instants and lengths are spelled for people: in UTC for whoever has no script, and precisely for the script."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Flask
from markupsafe import Markup

MINUTE, HOUR, DAY = 60, 3600, 86_400


def add_spelling(app: Flask) -> None:
    """Offer the filters to templates."""
    app.add_template_filter(clock, "clock")
    app.add_template_filter(date, "date")
    app.add_template_filter(span, "span")
    app.add_template_filter(offset, "offset")
    app.add_template_filter(lambda text: text[:1].upper() + text[1:], "capitalize_first")


def clock(at: float) -> Markup:
    """An instant within a day: 20:03:11."""
    return _time(at, "clock", "%H:%M:%S")


def date(at: float) -> Markup:
    """An instant with its day: 25 Nov 2026 20:03:11 UTC."""
    return _time(at, "date", "%d %b %Y %H:%M:%S UTC")


def _time(at: float, shape: str, form: str) -> Markup:
    when = datetime.fromtimestamp(at, UTC)
    exact = when.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Markup('<time datetime="{}" data-shape="{}">{}</time>').format(
        exact, shape, when.strftime(form)
    )


def span(seconds: float) -> str:
    """A length: 0.42 s, 3.1 s, 4 min 10 s, 3 h 12 min, 5 d 2 h."""
    seconds = max(0.0, seconds)
    if seconds < MINUTE:
        return f"{seconds:.2f} s" if seconds < 1 else f"{seconds:.1f} s"
    for unit, name, smaller, small in (
        (DAY, "d", HOUR, "h"),
        (HOUR, "h", MINUTE, "min"),
        (MINUTE, "min", 1, "s"),
    ):
        if seconds >= unit:
            whole, rest = divmod(seconds, unit)
            return f"{whole:.0f} {name}" + (
                f" {rest // smaller:.0f} {small}" if rest >= smaller else ""
            )
    return f"{seconds:.0f} s"


def offset(seconds: float) -> str:
    """From the leader's loss: +3.214 s; with a true minus sign before it."""
    sign = "\N{MINUS SIGN}" if seconds < 0 else "+"
    if abs(seconds) < MINUTE:
        return f"{sign}{abs(seconds):.3f} s"
    return f"{sign}{span(abs(seconds))}"
