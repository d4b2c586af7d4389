"""Public face of the keyring: the folder with every key, certificate and password of one site."""

from deploy.keyring.authority import NoAuthorityError
from deploy.keyring.broken import broken
from deploy.keyring.complete import Completed, complete, read
from deploy.keyring.expiry import expiries
from deploy.keyring.halves import Half, halves
from deploy.keyring.keyring import Certified, Keyring, MissingKeyError, Purpose, SenderKey, SshKey
from deploy.keyring.leaf import Leaf, leaves
from deploy.keyring.make import make
from deploy.keyring.opening import UnsafeFolderError
from deploy.keyring.row import Expiry, State, What
from deploy.keyring.wanted import Wanted, wanted

__all__ = [
    "Certified",
    "Completed",
    "Expiry",
    "Half",
    "Keyring",
    "Leaf",
    "MissingKeyError",
    "NoAuthorityError",
    "Purpose",
    "SenderKey",
    "SshKey",
    "State",
    "UnsafeFolderError",
    "Wanted",
    "What",
    "broken",
    "complete",
    "expiries",
    "halves",
    "leaves",
    "make",
    "read",
    "wanted",
]
