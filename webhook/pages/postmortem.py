"""An incident's post-mortem from the pages: to read there, or to take along."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, abort, request

from jobs.inventory import Objectives
from jobs.story import Story
from jobs.story.reading import AROUND
from webhook.pages.desk import Desk
from webhook.report import Context, html, markdown


def add_postmortem(app: Flask, desk: Desk, asset: Callable[[str], str]) -> None:
    """/incidents/<incident>/report as a page, with `?download` as the one file; report.md as Markdown."""

    def page(incident: str) -> Response:
        story, context = _found(desk, incident)
        if "download" in request.args:
            return _attached(html(story, context), f"{incident}.html", "text/html")
        return Response(html(story, context, stylesheet_url=asset("report.css")))

    def text(incident: str) -> Response:
        story, context = _found(desk, incident)
        return _attached(markdown(story, context), f"{incident}.md", "text/markdown")

    app.add_url_rule("/incidents/<incident>/report", "report", page)
    app.add_url_rule("/incidents/<incident>/report.md", "report_text", text)


def _found(desk: Desk, incident: str) -> tuple[Story, Context]:
    cluster, ledger = incident.rpartition("-")[0], desk.ledger
    span = ledger.span(cluster, incident) if cluster else None
    story = desk.library.story(cluster, incident) if span is not None else None
    if span is None or story is None:
        abort(404)
    known = desk.inventory.clusters.get(cluster)
    url = desk.inventory.pages.url
    return story, Context(
        now=desk.ports.now(),
        entries=list(
            ledger.entries(cluster, after=max(span.first - AROUND, 1) - 1, upto=span.last + AROUND)
        ),
        head=ledger.head(cluster),
        objectives=known.objectives if known is not None else Objectives(),
        page=f"{url}/incidents/{incident}" if url else "",
    )


def _attached(text: str, name: str, kind: str) -> Response:
    answer = Response(text, mimetype=kind)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
