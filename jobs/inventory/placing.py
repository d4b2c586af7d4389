"""Sentences about machines that cannot be placed, the same at load and when somebody places them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def nowhere(machine: str) -> str:
    """Nothing says where a machine is."""
    return f'write [machines.{machine}] address = "10.0.0.1": nothing else names it'


def several(machine: str, said: Mapping[str, str]) -> str:
    """Tables say different addresses of one machine; `said` has each by its table."""
    each = ", ".join(f"{where} = {address}" for where, address in said.items())
    return (
        f"{machine} has several addresses ({each}); write the same one in each, and where push "
        f"reaches it in [machines.{machine}] ssh"
    )


def torn(machine: str, of: Sequence[str], section: str) -> str:
    """A machine is a member of two clusters of one kind."""
    return f"{machine} is a machine of {' and '.join(of)} in [{section}]; one holds one"
