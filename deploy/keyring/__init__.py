"""Public face of the keyring: the folder with every key, certificate and password of one site."""

from deploy.keyring.keyring import Certified, Keyring, MissingKeyError, Purpose, SenderKey, SshKey

__all__ = ["Certified", "Keyring", "MissingKeyError", "Purpose", "SenderKey", "SshKey"]
