"""The live pages: what happened and how things stand, for whoever may look."""

from webhook.pages.app import create_pages
from webhook.pages.credentials import BadCredentials, Credentials, read_credentials
from webhook.pages.ports import Ports, Record

__all__ = [
    "BadCredentials",
    "Credentials",
    "Ports",
    "Record",
    "create_pages",
    "read_credentials",
]
