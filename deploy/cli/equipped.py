"""The real desk: every hand from the toolbox, made when a command first reaches for it."""

from __future__ import annotations

import getpass
import logging
import os
import secrets
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from deploy.cli.exits import Exit, Fault

if TYPE_CHECKING:
    from jobs.inventory import Inventory
    from jobs.ports import (
        Anchors,
        Balancers,
        Clock,
        Fleet,
        HostHand,
        Ledger,
        Noted,
        Records,
        Witness,
    )
    from workers.linode import Api
    from workers.settings import Settings


class EquippedDesk:
    """A `Desk` over the environment. Faults say what is missing; nothing is asked before its time."""

    def __init__(
        self, environ: Mapping[str, str] = os.environ, *, inventory: Inventory | None = None
    ) -> None:
        """`inventory` stands in for the one that the environment names."""
        self.environ, self._instead = environ, inventory

    @cached_property
    def settings(self) -> Settings:
        from workers.logs import log_as_json
        from workers.settings import BadSettings, read_settings

        log_as_json(level=logging.CRITICAL)  # what a hand met, the command itself says
        settings = read_settings(self.environ)
        if isinstance(settings, BadSettings):
            raise Fault(str(settings), "mend it, then: pgbaton check", code=Exit.CONFIG)
        return settings if self._instead is None else replace(settings, inventory=self._instead)

    @property
    def inventory(self) -> Inventory:
        return self.settings.inventory

    @cached_property
    def ledger(self) -> Ledger:
        from workers.store import ledger_of

        return ledger_of(self.inventory, self.settings.secrets)

    @cached_property
    def witness(self) -> Witness:
        from workers.toolbox import witness_of

        return witness_of(self.inventory, self.settings.secrets)

    @cached_property
    def hosts(self) -> HostHand:
        from deploy.remote import plain_script
        from workers.toolbox import hosts_of

        try:
            return hosts_of(self.settings.secrets, script=plain_script())
        except ValueError as error:
            raise Fault(str(error), code=Exit.CONFIG) from None

    @cached_property
    def _linode(self) -> Api | None:
        from workers.ways import linode_of

        return linode_of(self.inventory, self.settings.secrets)

    @cached_property
    def balancers(self) -> Balancers | None:
        from workers.linode import LinodeBalancers

        return None if self._linode is None else LinodeBalancers(self._linode)

    @cached_property
    def records(self) -> Records | None:
        from workers.linode import LinodeRecords

        return None if self._linode is None else LinodeRecords(self._linode)

    @cached_property
    def anchors(self) -> Mapping[str, Anchors]:
        from workers.etcd.placing import anchors_of

        return anchors_of(self.inventory, self.settings.secrets)

    @cached_property
    def threads(self) -> Noted | None:
        from workers.slack.anchors import anchors_in_slack

        return anchors_in_slack(self.inventory, self.settings.secrets)

    @cached_property
    def fleet(self) -> Fleet:
        from workers.fleet import ThreadFleet

        return ThreadFleet()

    @cached_property
    def clock(self) -> Clock:
        from workers.timepiece import SystemClock

        return SystemClock()

    @cached_property
    def by(self) -> str:
        try:
            return self.environ.get("SUDO_USER") or getpass.getuser()
        except (KeyError, OSError):
            return f"uid {os.getuid()}"

    def token(self) -> str:
        return secrets.token_hex(8)
