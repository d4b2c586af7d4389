"""The post-mortem as one HTML file: style and picture within, no script, nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from functools import cache

from markupsafe import Markup

from jobs.picture import PALETTE, figure
from jobs.story import Story
from webhook.report.context import Context
from webhook.report.paper import paper_of
from webhook.report.sheets import TEMPLATES, html_sheet


def html(story: Story, context: Context, *, stylesheet_url: str | None = None) -> str:
    """The whole document. It carries its style, and a policy that forbids everything else; served by
    pages with a policy of their own, it links `stylesheet_url` instead (the text of `stylesheet`)."""
    template = html_sheet().get_template("report.html.j2")
    return template.render(
        paper=paper_of(story, context),
        figure=Markup(figure(story, now=context.now)),  # noqa: S704 - every word in it is escaped
        style=Markup(stylesheet()),  # noqa: S704 - a constant of ours
        style_hash=Markup(style_hash()),  # noqa: S704 - base64
        stylesheet_url=stylesheet_url,
    )


@cache
def stylesheet() -> str:
    """The report's whole style, the picture's included."""
    return (TEMPLATES / "report.css").read_text(encoding="utf-8") + PALETTE


@cache
def style_hash() -> str:
    """What a Content-Security-Policy's style-src must name, quotes included, to let the embedded style
    through: 'sha256-…'."""
    digest = hashlib.sha256(stylesheet().encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
