"""Public face of the inventory: the models, and how a text becomes one."""

from jobs.inventory.address import Address, parse_address, parse_conn_url
from jobs.inventory.load import BadInventory, Mistake, load_inventory
from jobs.inventory.model import (
    SCHEMA,
    Application,
    Cluster,
    Etcd,
    File,
    Host,
    Inventory,
    Probe,
    Redis,
    Sender,
    Service,
    Timing,
    Tls,
    Webhook,
)

__all__ = [
    "SCHEMA",
    "Address",
    "Application",
    "BadInventory",
    "Cluster",
    "Etcd",
    "File",
    "Host",
    "Inventory",
    "Mistake",
    "Probe",
    "Redis",
    "Sender",
    "Service",
    "Timing",
    "Tls",
    "Webhook",
    "load_inventory",
    "parse_address",
    "parse_conn_url",
]
