"""`pgbaton init`: a commented inventory of a whole site from a few answers, and all its keys."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.cli.exits import Exit, Fault

if TYPE_CHECKING:
    from deploy.keyring import Completed
    from deploy.outline import Adopted, Whole


@click.command(short_help="Write an inventory, and make its keys.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Ask nothing: what no option says is as usual.")
@click.option("--adopt", is_flag=True, help="Around a Patroni cluster that others run.")
@click.option("--compact", is_flag=True, help="etcd on the database machines.")
@click.option("--cluster", help="Name of the cluster [shop].")
@click.option("--preset", help="Kind of application [laravel].")
@click.option("--set", "said", multiple=True, metavar="KEY=VALUE", help="A preset's parameter.")
@click.option("--hosts", help="How many application hosts [2].")
@click.option("--databases", help="How many database machines [3].")
@click.option("--etcd", help="How many etcd machines [3].")
@click.option("--controls", help="How many machines for pgbaton itself [1].")
@click.option("--balancer", help="Whether there is a NodeBalancer: yes or no [yes].")
@click.option("--ttl", help="Patroni's ttl in seconds [30].")
@click.option("--region", help="Linode's region [us-ord].")
@click.option("--prefix", help="How labels at Linode begin [the cluster's name].")
@click.option("--subnet", help="The VPC's subnet [10.0.0.0/24].")
@click.option("--operators", help="Networks that you log in from.")
@click.option("--slack", help="A Slack channel's id.")
@click.option("--endpoints", help="--adopt: etcd's endpoints.")
@click.option("--scope", help="--adopt: Patroni's scope.")
@click.option("--namespace", help="--adopt: Patroni's namespace [/service/].")
@click.option("--members", help="--adopt: pg1=10.0.0.21,pg2=10.0.0.22.")
@click.option("--host-machines", help="--adopt: web1=10.0.0.51.")
@click.option("--control-machines", help="--adopt: control1=10.0.0.5.")
@click.option("--known-hosts", help="--adopt: a file with the machines' SSH host keys.")
@click.option(
    "--keys",
    type=click.Path(path_type=Path),
    help="The folder of keys; else PGBATON_KEYS, else `keys` beside FILE.",
)
def init(
    file: Path,
    *,
    yes: bool,
    adopt: bool,
    compact: bool,
    said: tuple[str, ...],
    keys: Path | None,
    **flags: str | None,
) -> None:
    """Write the inventory FILE of a whole architecture, with comments, and make every key that it asks
    for. On a terminal it asks what no option says, and says what each answer decides.

    FILE is never overwritten, and neither is a key. A run that was cut leaves no FILE; the next one
    uses the keys that are there. With --adopt nothing of etcd, Patroni and PostgreSQL is deployed:
    pgbaton's own processes alone, and the application's hosts.
    """
    from deploy.cli.init.answers import adopted, whole
    from deploy.cli.init.asking import Defaults, Terminal

    _refuse_existing(file)
    _refuse_strangers(flags, adopt=adopt, compact=compact)
    if not yes and not sys.stdin.isatty():
        remedy = "say --yes, and by options what is not as usual"
        raise Fault(
            "standard input is no terminal, so nobody can be asked", remedy, code=Exit.USAGE
        )
    asker = Defaults() if yes else Terminal()
    told = adopted(asker, flags, said) if adopt else whole(asker, flags, said, compact=compact)
    folder = keys or Path(os.environ.get("PGBATON_KEYS") or file.parent / "keys")
    done = _completed(told, folder, shown=_shown(folder, file))
    _put(file, done.text)
    _tell(file, folder, done, told)


_ADOPTED = {
    "endpoints",
    "scope",
    "namespace",
    "members",
    "host_machines",
    "control_machines",
    "known_hosts",
}
_BOTH = {"cluster", "preset", "slack"}


def _refuse_existing(file: Path) -> None:
    if file.is_symlink() or file.exists():
        raise Fault(f"{file} is there already", "init overwrites nothing: name another file")
    if not file.parent.is_dir():
        raise Fault(f"there is no folder {file.parent}", "make it first", code=Exit.UNAVAILABLE)


def _refuse_strangers(flags: dict[str, str | None], *, adopt: bool, compact: bool) -> None:
    """An option that would decide nothing is a mistake of whoever wrote it."""
    given = {name for name, value in flags.items() if value is not None} - _BOTH
    wrong = sorted(given - _ADOPTED if adopt else given & _ADOPTED)
    if compact and not adopt and flags["etcd"] is not None:
        wrong.append("etcd")
    if wrong or (adopt and compact):
        name = f"--{wrong[0].replace('_', '-')}" if wrong else "--compact"
        kind = (
            "with --adopt"
            if adopt
            else "with --compact"
            if wrong == ["etcd"]
            else "without --adopt"
        )
        raise Fault(f"{name} decides nothing {kind}", "leave it out", code=Exit.USAGE)


def _completed(told: Whole | Adopted, folder: Path, *, shown: str) -> Completed:
    from deploy.cli.keys.ground import now
    from deploy.cli.keys.ground import told as as_faults
    from deploy.keyring import Completed, complete
    from deploy.outline import CannotFit, Whole, adopt_toml, whole_toml

    try:
        text = whole_toml(told, shown) if isinstance(told, Whole) else adopt_toml(told, shown)
    except CannotFit as error:
        raise Fault(str(error), "name a larger one with --subnet", code=Exit.USAGE) from None
    with as_faults():
        done = complete(text, folder, now())
    if isinstance(done, Completed):
        return done
    lines = "\n  ".join(map(str, done.mistakes))
    raise Fault(f"these answers make no inventory:\n  {lines}", "answer otherwise", code=Exit.USAGE)


def _shown(folder: Path, file: Path) -> str:
    """As comments name it: beside the file by its name alone, wherever both are moved."""
    return folder.name if folder.parent == file.parent else str(folder.absolute())


def _put(file: Path, text: str) -> None:
    """Whole or not at all, and never over what somebody else wrote meanwhile."""
    part = file.with_name(f".{file.name}.{secrets.token_hex(6)}.part")
    try:
        with part.open("x", encoding="utf-8") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        file.hardlink_to(part)
    except FileExistsError:
        raise Fault(
            f"{file} is there already", "init overwrites nothing: name another file"
        ) from None
    except OSError as error:
        remedy = "make its folder writable; the keys that were made are used by the next run"
        raise Fault(
            f"cannot write {file}: {error.strerror}", remedy, code=Exit.UNAVAILABLE
        ) from None
    finally:
        part.unlink(missing_ok=True)


def _tell(file: Path, folder: Path, done: Completed, told: Whole | Adopted) -> None:
    from deploy.cli.init.next import steps
    from deploy.cli.voice import voice

    speak = voice()
    speak.line(f"{file} is written, and {len(done.made)} files of keys in {folder}.", "good")
    speak.line("Keep a copy of that folder where you keep secrets; it is not for Git.")
    speak.line("next:")
    for n, (step, why) in enumerate(steps(file, folder, told), start=1):
        speak.line(f"  {n}. {step}")
        speak.line(f"     {why}", "quiet")
