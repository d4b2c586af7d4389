"""Public face of the outline: from a few answers to a commented inventory of a whole site."""

from deploy.outline.adopt import adopt_toml
from deploy.outline.answers import Adopted, Kind, Whole
from deploy.outline.pins import pins
from deploy.outline.standing import CannotFit
from deploy.outline.whole import whole_toml

__all__ = ["Adopted", "CannotFit", "Kind", "Whole", "adopt_toml", "pins", "whole_toml"]
