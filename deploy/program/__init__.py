"""Public face of the program: pgbaton itself, as one archive that a machine can install."""

from deploy.program.program import HOME, Program, install_script, program

__all__ = ["HOME", "Program", "install_script", "program"]
