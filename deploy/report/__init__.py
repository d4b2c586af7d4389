"""Post-mortems as files: written whole, and never over what people have written into one."""

from deploy.report.files import Edited
from deploy.report.source import FileTrail
from deploy.report.writing import FORMATS, NoSuchIncident, write_reports

__all__ = ["FORMATS", "Edited", "FileTrail", "NoSuchIncident", "write_reports"]
