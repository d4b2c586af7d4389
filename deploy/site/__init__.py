"""Public face of the site: which machines there are, and what runs on each."""

from deploy.site.placed import Placed
from deploy.site.site import CannotPlace, placed

__all__ = ["CannotPlace", "Placed", "placed"]
