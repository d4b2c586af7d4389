"""How long many hosts take to follow one leader: pgbaton, a bare script, and what others would use.

An epoch is made in a real etcd, and a stand-in answers for Patroni (`leaders.py`); everything behind
that is the product's own road: watch, web, respond, jobs of 25 hosts, workers, sshd on every host.

Measured is, of pgbaton, from respond's assignment of the hosts to the last host's entry in the trail;
of the bare script from its first dial to the last host's answer; of ansible-playbook and ssh the whole
command. So pgbaton's queue and reports count against it, and nobody's imports but those of the tools
that start anew for each use.
"""

from __future__ import annotations

from deploy.lab.bench.families import Wish
from deploy.lab.bench.fanned.course import FLEET, FULL, QUICK, Course
from deploy.lab.bench.fanned.floor import BARE
from deploy.lab.bench.fanned.ground import open_ground
from deploy.lab.bench.fanned.hosts import file_of, hosts
from deploy.lab.bench.fanned.peers import ANSIBLE, SHELL
from deploy.lab.bench.fanned.told import told
from deploy.lab.bench.result import Measured
from deploy.lab.drill.screen import Screen


def measure(wish: Wish) -> Measured:
    """Bring hosts up and let everybody move them, by turns."""
    plan = QUICK if wish.quick else FULL
    sizes = sorted({*plan.beside, *(size for some in plan.sizes.values() for size in some)})
    crowds = [hosts(size) for size in sizes]
    others = [file_of(side, its) for side in (BARE, ANSIBLE, SHELL) for its in crowds]
    with open_ground({file_of(FLEET, its): its for its in crowds}, others) as ground:
        course = Course(ground=ground, plan=plan, say=Screen().say)
        course.run()
    return told(course.taken, course.costs, course.starts)
