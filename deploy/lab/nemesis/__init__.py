"""What befalls a lab, as small objects: without them a disaster would be a script that only its author can heal."""

from deploy.lab.nemesis.database import CrashPostgres, StopNeighbours, StopPatroni, Switchover
from deploy.lab.nemesis.disk import FillDisk
from deploy.lab.nemesis.fault import Fault
from deploy.lab.nemesis.machines import CutOff, LoseMachine
from deploy.lab.nemesis.oneway import Mute, Parch
from deploy.lab.nemesis.outside import LinodeDown, LinodeLimited, SlackDown, SlackLimited
from deploy.lab.nemesis.postgres import StopPostgres
from deploy.lab.nemesis.processes import Freeze, FreezeAll, Kill, KillAll
from deploy.lab.nemesis.stores import RestoreEtcd, StopEtcd
from deploy.lab.nemesis.workers import KillWorker

__all__ = [
    "CrashPostgres",
    "CutOff",
    "Fault",
    "FillDisk",
    "Freeze",
    "FreezeAll",
    "Kill",
    "KillAll",
    "KillWorker",
    "LinodeDown",
    "LinodeLimited",
    "LoseMachine",
    "Mute",
    "Parch",
    "RestoreEtcd",
    "SlackDown",
    "SlackLimited",
    "StopEtcd",
    "StopNeighbours",
    "StopPatroni",
    "StopPostgres",
    "Switchover",
]
