"""Public face of provisioning: what the inventory wants at Linode, what is there, and the steps between."""

from deploy.provision.account import Account
from deploy.provision.architecture import CannotProvision, wanted
from deploy.provision.bring import Brought, bring
from deploy.provision.found import Found
from deploy.provision.notes import Note, notes
from deploy.provision.offer import Offer, Price, objections
from deploy.provision.plan import Item, Reason, Verdict, plan
from deploy.provision.wanted import Wanted

__all__ = [
    "Account",
    "Brought",
    "CannotProvision",
    "Found",
    "Item",
    "Note",
    "Offer",
    "Price",
    "Reason",
    "Verdict",
    "Wanted",
    "bring",
    "notes",
    "objections",
    "plan",
    "wanted",
]
