"""Public face of the checks between tables: names that point nowhere, tables that contradict each other."""

from jobs.inventory.references.applications import addressed
from jobs.inventory.references.every import references
from jobs.inventory.references.mistake import Mistake
from jobs.inventory.references.raw import Raw
from jobs.inventory.references.secrets import revealed, unsaid

__all__ = ["Mistake", "Raw", "addressed", "references", "revealed", "unsaid"]
