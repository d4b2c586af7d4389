"""etcd through its v3 JSON gateway: the truth about who leads, and the watch on it."""

from workers.etcd.dcs import EtcdDcs
from workers.etcd.gateway import Gateway, Password
from workers.etcd.layout import UnsupportedLayout
from workers.etcd.register import Change, Resync
from workers.etcd.watch import Blind, News, Watch

__all__ = [
    "Blind",
    "Change",
    "EtcdDcs",
    "Gateway",
    "News",
    "Password",
    "Resync",
    "UnsupportedLayout",
    "Watch",
]
