"""What the jobs need from the world, as Protocols: the hands in workers/ fit them, fakes in tests too."""

from jobs.ports.ledger import Ledger, Memory, ReadTrail, Record, Stand, Trail
from jobs.ports.linode import Balancers, LinodeEvent, LinodeEvents, Records
from jobs.ports.refusals import DcsUnavailable, LedgerUnavailable, LinodeUnavailable, Unavailable
from jobs.ports.telling import (
    Anchors,
    Barred,
    Crier,
    Later,
    Lost,
    Messenger,
    Noted,
    Posted,
    Told,
    Unfit,
)
from jobs.ports.world import Clock, Dcs, Fleet, Heart, HostHand, Rest, ScopeRef, Sql, Witness

__all__ = [
    "Anchors",
    "Balancers",
    "Barred",
    "Clock",
    "Crier",
    "Dcs",
    "DcsUnavailable",
    "Fleet",
    "Heart",
    "HostHand",
    "Later",
    "Ledger",
    "LedgerUnavailable",
    "LinodeEvent",
    "LinodeEvents",
    "LinodeUnavailable",
    "Lost",
    "Memory",
    "Messenger",
    "Noted",
    "Posted",
    "ReadTrail",
    "Record",
    "Records",
    "Rest",
    "ScopeRef",
    "Sql",
    "Stand",
    "Told",
    "Trail",
    "Unavailable",
    "Unfit",
    "Witness",
]
