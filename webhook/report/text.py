"""The post-mortem as Markdown: for a repository, a wiki, a merge request."""

from __future__ import annotations

from jobs.picture import strip
from jobs.story import Story
from webhook.report.context import Context
from webhook.report.marks import fenced
from webhook.report.paper import paper_of
from webhook.report.sheets import Raw, markdown_sheet


def markdown(story: Story, context: Context) -> str:
    """The whole text. The picture is drawn in letters; the HTML file has the real one."""
    drawing = Raw(fenced(strip(story, now=context.now)))
    template = markdown_sheet().get_template("report.md.j2")
    paper = paper_of(story, context)
    commands = Raw(fenced("\n".join(paper.audit.commands)))
    return template.render(paper=paper, drawing=drawing, commands=commands)
