"""The product broken on purpose, mutant by mutant: without it nobody would know that the tests can fail."""

from deploy.lab.mutation.run import run

__all__ = ["run"]
