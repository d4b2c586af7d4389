"""Hosts over SSH: without this package a job could decide and never act."""

from workers.ssh.hand import SshHands
from workers.ssh.keys import BadKeyError, load_key
from workers.ssh.members import SshMembers

__all__ = ["BadKeyError", "SshHands", "SshMembers", "load_key"]
