"""The post-mortem of an incident, as Markdown and as one HTML file that needs nothing else."""

from webhook.report.context import Context
from webhook.report.page import html, style_hash, stylesheet
from webhook.report.text import markdown

__all__ = ["Context", "html", "markdown", "style_hash", "stylesheet"]
