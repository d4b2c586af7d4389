"""docs/benchmarks.md: what people wrote, and between markers what was measured."""

from deploy.lab.bench.paper.writing import Paper

__all__ = ["Paper"]
