"""What may stand on the double's command line, and what is said when it is mistyped."""

from __future__ import annotations

import ipaddress
import json
from pathlib import Path
from typing import Any

import click


class HostAndPort(click.ParamType[tuple[str, int]]):
    """10.77.0.61:80."""

    name = "HOST:PORT"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, int]:
        host, _, port = str(value).rpartition(":")
        if not host or not port.isdigit():
            self.fail(f"{value} is not like 10.77.0.61:80", param, ctx)
        return host, int(port)


class Ip(click.ParamType[str]):
    """10.77.0.71."""

    name = "IP"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        try:
            return str(ipaddress.ip_address(str(value)))
        except ValueError:
            self.fail(f"{value} is no IP address", param, ctx)


class Machine(click.ParamType[dict[str, Any]]):
    """pg1=10.77.0.21, or several addresses with commas."""

    name = "LABEL=IP[,IP]"

    def convert(self, value: Any, param: Any, ctx: Any) -> dict[str, Any]:
        label, _, addresses = str(value).partition("=")
        if not (label and addresses):
            self.fail(f"{value} is not like pg1=10.77.0.21", param, ctx)
        return {"label": label, "ipv4": addresses.split(",")}


class SeedFile(click.ParamType[dict[str, Any]]):
    """A file with a JSON object."""

    name = "FILE"

    def convert(self, value: Any, param: Any, ctx: Any) -> dict[str, Any]:
        try:
            seed = json.loads(Path(value).read_text())
        except OSError as error:
            self.fail(f"cannot read {value}: {error.strerror}", param, ctx)
        except ValueError as error:
            self.fail(f"{value} holds no JSON: {error}", param, ctx)
        if not isinstance(seed, dict):
            self.fail(f"{value} must hold an object", param, ctx)
        return seed
