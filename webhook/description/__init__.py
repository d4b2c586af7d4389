"""What the intake takes and answers, for machines to read; without it a sender's author would have to guess."""

from webhook.description.document import add_description, description

__all__ = ["add_description", "description"]
