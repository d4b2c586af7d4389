"""An incident's timeline as one picture: laid out as values, then drawn as SVG or in letters."""

from jobs.picture.drawing import draw, figure
from jobs.picture.layout import layout
from jobs.picture.palette import PALETTE
from jobs.picture.parts import NARROW, WIDE, Picture, Shape
from jobs.picture.strip import strip

__all__ = ["NARROW", "PALETTE", "WIDE", "Picture", "Shape", "draw", "figure", "layout", "strip"]
