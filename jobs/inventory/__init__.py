"""Public face of the inventory: the models, and how a text becomes one."""

from jobs.inventory.address import Address, parse_address, parse_conn_url
from jobs.inventory.application import Application, File, Host, Service
from jobs.inventory.cluster import Cluster, Etcd, Isolation, Mux, Objectives, Probe
from jobs.inventory.ground import Deploy, Machine, Process, Provision
from jobs.inventory.linode import DnsRecord, Linode, NodeBalancer
from jobs.inventory.load import BadInventory, load_inventory
from jobs.inventory.model import SCHEMA, Inventory, Redis, Sender, Timing, Webhook
from jobs.inventory.parts import Tls
from jobs.inventory.references import Mistake
from jobs.inventory.target import Target, parse_target
from jobs.inventory.telling import Alerts, Audit, Heartbeat, Pages, Slack

__all__ = [
    "SCHEMA",
    "Address",
    "Alerts",
    "Application",
    "Audit",
    "BadInventory",
    "Cluster",
    "Deploy",
    "DnsRecord",
    "Etcd",
    "File",
    "Heartbeat",
    "Host",
    "Inventory",
    "Isolation",
    "Linode",
    "Machine",
    "Mistake",
    "Mux",
    "NodeBalancer",
    "Objectives",
    "Pages",
    "Probe",
    "Process",
    "Provision",
    "Redis",
    "Sender",
    "Service",
    "Slack",
    "Target",
    "Timing",
    "Tls",
    "Webhook",
    "load_inventory",
    "parse_address",
    "parse_conn_url",
    "parse_target",
]
