"""What the jobs need from the world, as Protocols: the hands in workers/ fit them, fakes in tests too."""

from jobs.ports.ledger import Ledger, Memory, Trail
from jobs.ports.linode import Balancers, LinodeEvent, LinodeEvents, Records
from jobs.ports.refusals import DcsUnavailable, LedgerUnavailable, LinodeUnavailable, Unavailable
from jobs.ports.world import Clock, Dcs, Fleet, Heart, HostHand, Rest, ScopeRef, Sql, Witness

__all__ = [
    "Balancers",
    "Clock",
    "Dcs",
    "DcsUnavailable",
    "Fleet",
    "Heart",
    "HostHand",
    "Ledger",
    "LedgerUnavailable",
    "LinodeEvent",
    "LinodeEvents",
    "LinodeUnavailable",
    "Memory",
    "Records",
    "Rest",
    "ScopeRef",
    "Sql",
    "Trail",
    "Unavailable",
    "Witness",
]
