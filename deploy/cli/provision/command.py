"""`pgbaton provision`: what the inventory wants at Linode is created there, label by label; nothing is taken away."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.cli.desk import Desk
from deploy.cli.exits import Exit, Fault
from deploy.cli.provision.faults import by_hand, fault_of, object_to, stopped
from deploy.cli.provision.told import Outcome, document, show
from deploy.cli.voice import say_json, voice

if TYPE_CHECKING:
    from deploy.cli.provision.file import ProvisionFile
    from deploy.keyring import Keyring
    from deploy.provision import Account, Wanted
    from deploy.provision.bring import Pace
    from jobs.inventory import Inventory

SECRET = "linode-token"  # noqa: S105 - the name it is asked for by


@click.command(short_help="Create what the inventory wants at Linode.")
@click.option("--plan", "planned", is_flag=True, help="Show what would be done, and do nothing.")
@click.option("--write", is_flag=True, help="Write what only Linode knew into the inventory.")
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait until every new Linode runs.",
)
@click.option(
    "--keys",
    "folder",
    type=click.Path(path_type=Path),
    help="The folder of keys; else PGBATON_KEYS, else `keys` beside the inventory.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def provision(
    desk: Desk, *, planned: bool, write: bool, wait: float, folder: Path | None, as_json: bool
) -> None:
    """Create at Linode what the inventory wants: placement groups, a VPC, firewalls, Linodes and
    NodeBalancers, each known again by its label. A second run changes nothing, and one that was cut
    off is finished by the next. Nothing is ever deleted; what differs is named and left.

    Exit code: 0 all is as wanted; 1 something would be done (--plan), or differs and was left; 69
    Linode's API cannot be asked; 75 not all Linodes run yet; 78 the inventory, the token or a label
    that is somebody else's forbids it, and nothing was created.
    """
    from deploy.cli.provision.file import file_of

    file = file_of(desk)
    with by_hand(), nullcontext() if planned else file.held():
        outcome = _outcome(desk, file, planned=planned, wait=wait, folder=folder, quiet=as_json)
        if write and outcome.fault is None and outcome.notes:
            _write(file, outcome)
    if as_json:
        say_json(document(outcome))
    else:
        show(voice(), outcome)
    fault = outcome.fault or outcome.unwritten
    if fault is not None and not as_json:
        raise fault
    raise click.exceptions.Exit(outcome.code)


def _outcome(
    desk: Desk,
    file: ProvisionFile,
    *,
    planned: bool,
    wait: float,
    folder: Path | None,
    quiet: bool,
) -> Outcome:
    """Looked at and planned; and brought about, unless it is a plan, or a label is somebody else's."""
    from deploy.provision.bring import Pace

    inventory = file.read()
    keyring = _keyring(desk, inventory, folder, planned=planned)
    want = _wanted(inventory, None if planned else keyring)
    account = _account(desk, inventory, keyring)
    pace = Pace(sleep=time.sleep, tell=_teller(quiet=quiet or planned))
    outcome = _planned(inventory, want, account, pace)
    outcome.planned = planned
    if not planned and not outcome.foreign:
        _bring(inventory, outcome, account, pace, within=wait)
    return outcome


def _planned(inventory: Inventory, want: Wanted, account: Account, pace: Pace) -> Outcome:
    from deploy.provision import plan
    from jobs.ports import LinodeUnavailable

    balancers = list(inventory.nodebalancers.values())
    try:
        scopes = pace.patiently(
            account.scopes
        )  # first: one request tells soonest that nobody answers
        offer = pace.patiently(account.offer)
        object_to(want, offer, scopes)
        found = pace.patiently(lambda: account.look(want.vpc.label, balancers))
    except LinodeUnavailable as error:
        raise fault_of(error, want) from None
    return Outcome(want=want, offer=offer, planned=True, items=plan(want, found))


def _bring(
    inventory: Inventory, outcome: Outcome, account: Account, pace: Pace, *, within: float
) -> None:
    from deploy.provision import bring, notes
    from deploy.provision.bring import coming_up

    want = outcome.want
    done = bring(account, want, list(inventory.nodebalancers.values()), pace)
    outcome.made, outcome.items = list(done.made), done.items
    outcome.notes = notes(inventory, want, done.found)
    outcome.fault = stopped(done, want)
    if outcome.fault is None:
        _await(outcome, account, pace, coming_up(done, want), within=within)


def _await(
    outcome: Outcome, account: Account, pace: Pace, labels: Sequence[str], *, within: float
) -> None:
    from deploy.provision.bring import await_running
    from jobs.ports import LinodeUnavailable

    if not labels:
        return
    try:
        outcome.waiting = await_running(account, labels, pace, within=within)
    except LinodeUnavailable as error:
        outcome.fault = fault_of(error, outcome.want)


def _keyring(
    desk: Desk, inventory: Inventory, folder: Path | None, *, planned: bool
) -> Keyring | None:
    """The keys; a plan needs none, for it only counts machines."""
    from deploy.cli.keys.folder import keyring_of

    try:
        return keyring_of(desk, folder, inventory=inventory)
    except Fault:
        if planned:
            return None
        raise


def _wanted(inventory: Inventory, keyring: Keyring | None) -> Wanted:
    from deploy.keyring import MissingKeyError
    from deploy.provision import CannotProvision, wanted
    from deploy.render import CannotRender
    from deploy.site import CannotPlace

    try:
        if keyring is None:
            return wanted(inventory)
        keys, data = [keyring.ssh("push").public], _user_data(inventory, keyring)
        return wanted(inventory, keys=keys, user_data=data)
    except CannotProvision as error:
        raise Fault(error.reason, error.remedy, code=Exit.CONFIG) from None
    except (CannotPlace, CannotRender, MissingKeyError) as error:
        raise Fault(
            "the inventory or its keys are not enough", str(error), code=Exit.CONFIG
        ) from None


def _user_data(inventory: Inventory, keyring: Keyring) -> Mapping[str, str]:
    """cloud-init's user data by machine: how a machine's first boot ends where push can begin."""
    from deploy.render import first_boots

    return first_boots(inventory, keyring)


def _account(desk: Desk, inventory: Inventory, keyring: Keyring | None) -> Account:
    """The token of the environment, else the one in the folder of keys."""
    from deploy.provision import Account
    from workers.linode import Api
    from workers.secrets import Secrets

    token = Secrets(desk.environ).get(SECRET)
    if token is None and keyring is not None and keyring.has(SECRET):
        token = keyring.secret(SECRET)
    if token is None:
        raise Fault(
            "there is no token for Linode's API",
            "give it in PGBATON_LINODE_TOKEN, or put it into keys/secrets/linode-token",
            code=Exit.CONFIG,
        )
    linode = inventory.linode
    return Account(api=Api(linode.url, token=token, ca=linode.ca), within=max(linode.timeout, 30.0))


def _write(file: ProvisionFile, outcome: Outcome) -> None:
    """What was created is told even where it cannot be written down."""
    try:
        file.complete(outcome.notes)
    except Fault as fault:
        outcome.unwritten = fault
    else:
        outcome.wrote = str(file.path)


def _teller(*, quiet: bool) -> Callable[[str], None]:
    """What is told while it goes on; a document and a plan are told at once."""
    if quiet:
        return lambda _: None
    speak = voice()
    return lambda what: speak.rows([(what,)], indent=2)
