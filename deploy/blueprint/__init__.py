"""Public face of the blueprint: what one machine should hold and run, as a value."""

from deploy.blueprint.values import Blueprint, Class, Notice, RenderedFile, Unit

__all__ = ["Blueprint", "Class", "Notice", "RenderedFile", "Unit"]
