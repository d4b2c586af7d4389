"""The operator's door: the one command `pgbaton` and everything that can be said to it."""

from deploy.cli.command import main

__all__ = ["main"]
