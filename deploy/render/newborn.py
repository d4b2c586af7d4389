"""First boots alone: a machine can be created before anybody has brought the tokens that it will hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from deploy.keyring import Certified, Keyring, Purpose, SenderKey
from deploy.render.blueprints import blueprints
from deploy.render.machine.cloudinit import NAME
from jobs.inventory import Inventory


def first_boots(inventory: Inventory, keyring: Keyring) -> Mapping[str, str]:
    """cloud-init's user data by machine. Of the keyring it needs SSH keys and host keys; raises as
    `blueprints` does."""
    made = blueprints(inventory, _SshAlone(keyring.folder))
    return {name: blueprint.fragments[NAME].text for name, blueprint in made.items()}


@dataclass(frozen=True, slots=True)
class _SshAlone(Keyring):
    """A keyring whose other keys are not looked at: nothing of them stands in user data."""

    def ca(self) -> str:
        return ""

    def certificate(self, name: str, purpose: Purpose) -> Certified:  # noqa: ARG002 - a keyring's own
        return Certified(cert="", key="")

    def sender(self, name: str) -> SenderKey:  # noqa: ARG002 - likewise
        return SenderKey(pem="", whsk="", public="")

    def secret(self, name: str) -> str:  # noqa: ARG002 - likewise
        return ""

    def has(self, name: str) -> bool:  # noqa: ARG002 - likewise
        return True
