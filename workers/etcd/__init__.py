"""etcd through its v3 JSON gateway: the truth about who leads, and the watch on it."""

from workers.etcd.dcs import EtcdDcs
from workers.etcd.gateway import Gateway, Password
from workers.etcd.layout import UnsupportedLayout

__all__ = ["EtcdDcs", "Gateway", "Password", "UnsupportedLayout"]
