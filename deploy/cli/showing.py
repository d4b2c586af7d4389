"""`pgbaton nodebalancer show`: a NodeBalancer as Linode shows it, and how the inventory differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from deploy.cli.desk import Desk, known_balancers
from deploy.cli.exits import Exit
from deploy.cli.linode import read_balancer
from deploy.cli.voice import Voice, say_json, voice
from jobs.balancer.drift import Difference, differences
from jobs.balancer.wanted import wanted
from jobs.inventory.linode import is_ip

if TYPE_CHECKING:
    from jobs.balancer.found import FoundBalancer, FoundConfig
    from jobs.balancer.wanted import WantedBalancer
    from jobs.inventory import NodeBalancer
    from jobs.sentences import Tone

TONES: Mapping[str, Tone] = {"UP": "good", "DOWN": "quiet"}


@click.command(short_help="What Linode shows, and how the inventory differs.")
@click.argument("balancer", required=False, metavar="[ID]")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def show(desk: Desk, balancer: str | None, *, as_json: bool) -> None:
    """Show NodeBalancer ID of the inventory, or all of them, as they stand at Linode.

    Exit code: 0 as the inventory wants it, 1 it differs or is not there; 69 Linode's API cannot be
    asked, 78 it refuses the token.
    """
    names = known_balancers(desk, balancer)
    found = {name: read_balancer(desk, name) for name in names}
    apart = {name: tuple(_apart(desk, name, found[name])) for name in names}
    if as_json:
        say_json([_document(desk, name, found[name], apart[name]) for name in names])
    else:
        for i, name in enumerate(names):
            _print(voice(), desk, name, found[name], apart[name], first=not i)
    raise click.exceptions.Exit(Exit.NO if any(apart.values()) else Exit.YES)


def _apart(desk: Desk, balancer: str, found: FoundBalancer | None) -> list[str]:
    """Every difference as a sentence; the inventory's own ones last."""
    table = desk.inventory.nodebalancers[balancer]
    told = [_told(d) for d in differences(wanted(desk.inventory, balancer), found)]
    line = None if found is None else to_write(table, found)
    return [*told, f"the inventory lacks {line}"] if line else told


def _told(one: Difference) -> str:
    return str(one) if one.mends else f"{one}; pgbaton cannot mend that"


def to_write(table: NodeBalancer, found: FoundBalancer) -> str | None:
    """The address as the inventory must hold it, where it does not."""
    has = [a.partition("/")[0] for a in (found.ipv4, found.ipv6) if a]
    right = table.address is not None and (table.address in has or not is_ip(table.address))
    return f'address = "{has[0]}"' if has and not right else None


def _print(
    speak: Voice,
    desk: Desk,
    name: str,
    found: FoundBalancer | None,
    apart: tuple[str, ...],
    *,
    first: bool,
) -> None:
    want = wanted(desk.inventory, name)
    if not first:
        speak.line()
    if found is None:
        speak.line(f"{name}: Linode knows no NodeBalancer labelled {want.label}", "bad")
        speak.rows([("→", f"create it: pgbaton nodebalancer apply {name}")], indent=2)
        return
    speak.line(f"{name}: {_verdict(apart)}", "bad" if apart else "good")
    config = found.config(want.port)
    speak.rows([*_rows(found), *(() if config is None else _check(config))], indent=2)
    if config is not None:
        _print_nodes(speak, want, config)
    if apart:
        speak.line()
        speak.rows([(one,) for one in apart], indent=2)


def _verdict(apart: tuple[str, ...]) -> str:
    if not apart:
        return "as the inventory wants it"
    return f"{len(apart)} difference{'' if len(apart) == 1 else 's'} to the inventory"


def _rows(found: FoundBalancer) -> list[tuple[str, str]]:
    ports = ", ".join(str(c.port) for c in found.configs)
    return [
        ("label", f"{found.label} (id {found.id}, {found.region}, {found.type})"),
        ("address", ", ".join(filter(None, (found.ipv4, found.ipv6))) or "none"),
        ("ports", ports or "none"),
    ]


def _check(config: FoundConfig) -> list[tuple[str, str]]:
    has = {name: str(value).lower() for name, value in config.settings.items()}
    kind = has.get("check", "none")
    path = f" GET {config.settings.get('check_path')}" if kind.startswith("http") else ""
    times = (
        f"every {has.get('check_interval')} s, timeout {has.get('check_timeout')} s, "
        f"{has.get('check_attempts')} attempts, passive {has.get('check_passive')}"
    )
    return [
        ("traffic", f"port {config.port}: {has.get('protocol')}, {has.get('algorithm')}"),
        ("check", kind if kind == "none" else f"{kind}{path} {times}"),
    ]


def _print_nodes(speak: Voice, want: WantedBalancer, config: FoundConfig) -> None:
    speak.line()
    head = ("node", "address", "member", "mode", "status")
    rows: list[tuple[Tone, tuple[str, ...]]] = [("quiet", head)]
    for node in config.nodes:
        member = want.node(node.address)
        whose = "nobody's" if member is None else member.member
        row = (node.label, str(node.address), whose, node.mode, node.status)
        rows.append(("bad" if member is None else TONES.get(node.status, "plain"), row))
    speak.toned(rows, indent=2)


def _document(
    desk: Desk, name: str, found: FoundBalancer | None, apart: tuple[str, ...]
) -> dict[str, object]:
    label = desk.inventory.nodebalancers[name].label
    return {
        "balancer": name,
        "label": label,
        "found": None if found is None else asdict(found),
        "differences": list(apart),
    }
