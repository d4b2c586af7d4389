"""What was measured as a picture: laid out as values, then drawn as SVG."""

from deploy.lab.bench.plot.layout import layout
from deploy.lab.bench.plot.parts import NARROW, WIDE, Shape, Sheet
from deploy.lab.bench.plot.svg import plot, svg

__all__ = ["NARROW", "WIDE", "Shape", "Sheet", "layout", "plot", "svg"]
